"""Pages of cases: for citizens, officers, and whoever checks a paper."""
