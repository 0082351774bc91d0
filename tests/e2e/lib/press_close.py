"""Sends a window what the close button of a desktop sends: python3 press_close.py WINDOW_ID

There is no window manager under Xvfb to press a button of, so the message it would send (ICCCM, WM_DELETE_WINDOW) is sent here.
"""

import ctypes
import sys


class ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        # An XEvent is a union of 24 longs; the library copies all of it.
        ("rest", ctypes.c_long * 24),
    ]


x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XInternAtom.restype = ctypes.c_ulong
x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x11.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
x11.XCloseDisplay.argtypes = [ctypes.c_void_p]

display = x11.XOpenDisplay(None)
if not display:
    sys.exit("there is no display")
window = int(sys.argv[1])
protocols = x11.XInternAtom(display, b"WM_PROTOCOLS", 0)
delete = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
message = ClientMessage(type=33, send_event=1, window=window, message_type=protocols, format=32)
message.data[0] = delete
if not x11.XSendEvent(display, window, 0, 0, ctypes.byref(message)):
    sys.exit("the message could not be sent")
x11.XCloseDisplay(display)
