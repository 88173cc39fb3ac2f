"""The national portal of public services as a filing portal: cases come in from it, what is done to them goes back.

The names of its calls and fields, its status codes 1 to 10, KenhThucHien and HinhThucThu are [second-hand]: seen alike
in several programs that report to it, in no text of the State. How a filing comes to us is [assumed]: our own idea,
which `sandbox/national_portal` plays. docs/national-portal.md says which is which, name by name.
"""
