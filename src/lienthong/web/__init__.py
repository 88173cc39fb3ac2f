"""What every Django house needs of HTTP: who may call a view, what a service's gateway says, problem answers."""
