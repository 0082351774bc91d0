"""Drags files over a window as a file manager does: python3 drag_files.py WINDOW_ID X Y FILE...

A client of its own that speaks XDND (the freedesktop.org protocol, version 5) to the window: it owns the selection, names the files as
`text/uri-list`, moves over the point X Y of the window, and says on standard output what the window answers. What comes next is read
from standard input: `drop` lets go there, `leave` goes away. Only libX11 is needed, which every window has.
"""

import ctypes
import json
import os
import select
import sys
import time
import urllib.parse

PATIENCE = 20  # seconds


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
    ]


class SelectionRequest(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("owner", ctypes.c_ulong),
        ("requestor", ctypes.c_ulong),
        ("selection", ctypes.c_ulong),
        ("target", ctypes.c_ulong),
        ("property", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
    ]


class SelectionNotify(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("requestor", ctypes.c_ulong),
        ("selection", ctypes.c_ulong),
        ("target", ctypes.c_ulong),
        ("property", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
    ]


class Event(ctypes.Union):
    # An XEvent is a union of 24 longs; the library copies all of it.
    _fields_ = [
        ("type", ctypes.c_int),
        ("message", ClientMessage),
        ("request", SelectionRequest),
        ("notify", SelectionNotify),
        ("all", ctypes.c_long * 24),
    ]


CLIENT_MESSAGE, SELECTION_REQUEST, SELECTION_NOTIFY = 33, 30, 31
ATOM, REPLACE = 4, 0
POINTER, WINDOW, LONG = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_long

x11 = ctypes.CDLL("libX11.so.6")


def known(name, result, *arguments):
    function = getattr(x11, name)
    function.restype = result
    function.argtypes = arguments
    return function


open_display = known("XOpenDisplay", POINTER, ctypes.c_char_p)
intern = known("XInternAtom", WINDOW, POINTER, ctypes.c_char_p, ctypes.c_int)
root_of = known("XDefaultRootWindow", WINDOW, POINTER)
create = known("XCreateSimpleWindow", WINDOW, POINTER, WINDOW, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 3, *[ctypes.c_ulong] * 2)
own = known("XSetSelectionOwner", ctypes.c_int, POINTER, WINDOW, WINDOW, ctypes.c_ulong)
send = known("XSendEvent", ctypes.c_int, POINTER, WINDOW, ctypes.c_int, LONG, POINTER)
set_property = known("XChangeProperty", ctypes.c_int, POINTER, WINDOW, WINDOW, WINDOW, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int)
pending = known("XPending", ctypes.c_int, POINTER)
next_event = known("XNextEvent", ctypes.c_int, POINTER, POINTER)
flush = known("XFlush", ctypes.c_int, POINTER)
translate = known("XTranslateCoordinates", ctypes.c_int, POINTER, WINDOW, WINDOW, *[ctypes.c_int] * 2, *[ctypes.POINTER(ctypes.c_int)] * 2, ctypes.POINTER(WINDOW))
connection_of = known("XConnectionNumber", ctypes.c_int, POINTER)
close = known("XCloseDisplay", ctypes.c_int, POINTER)

display = open_display(None)
if not display:
    sys.exit("there is no display")


def atom(name):
    return intern(display, name.encode(), 0)


target, x, y = (int(word) for word in sys.argv[1:4])
files = [os.path.abspath(name) for name in sys.argv[4:]]
uris = "".join(f"file://{urllib.parse.quote(name)}\r\n" for name in files).encode()
uri_list, targets = atom("text/uri-list"), atom("TARGETS")
copy = atom("XdndActionCopy")
selection = atom("XdndSelection")
source = create(display, root_of(display), 0, 0, 1, 1, 0, 0, 0)
own(display, selection, source, 0)


def tell(name, *values):
    event = Event()
    event.message = ClientMessage(type=CLIENT_MESSAGE, send_event=1, window=target, message_type=atom(name), format=32)
    for index, value in enumerate((source, *values)):
        event.message.data[index] = value
    if not send(display, target, 0, 0, ctypes.byref(event)):
        sys.exit(f"{name} could not be sent")
    flush(display)


def hand_over(request):
    """Gives the files' names to who asks for them."""
    answered = request.property or request.target
    if request.target == uri_list:
        set_property(display, request.requestor, answered, uri_list, 8, REPLACE, uris, len(uris))
    elif request.target == targets:
        offered = bytes((ctypes.c_ulong * 1)(uri_list))
        set_property(display, request.requestor, answered, ATOM, 32, REPLACE, offered, 1)
    else:
        answered = 0
    event = Event()
    event.notify = SelectionNotify(
        type=SELECTION_NOTIFY, send_event=1, requestor=request.requestor, selection=request.selection,
        target=request.target, property=answered, time=request.time,
    )
    send(display, request.requestor, 0, 0, ctypes.byref(event))
    flush(display)


def wait_for(name, within=PATIENCE):
    """Serves who asks for the names until the window says this; answers what it says."""
    wanted, end = atom(name) if name else None, time.monotonic() + within
    while time.monotonic() < end:
        while pending(display):
            event = Event()
            next_event(display, ctypes.byref(event))
            if event.type == SELECTION_REQUEST:
                hand_over(event.request)
            elif event.type == CLIENT_MESSAGE and event.message.message_type == wanted:
                return list(event.message.data)
        select.select([connection_of(display)], [], [], 0.05)
    return None


def say(**words):
    print(json.dumps(words), flush=True)


at_x, at_y, child = ctypes.c_int(), ctypes.c_int(), WINDOW()
tell("XdndEnter", 5 << 24, uri_list)
accepted = False
# As a hand does: several small steps. The window reads the names after the first and says yes to a later one.
for step in range(40):
    translate(display, target, root_of(display), x + step % 5, y, ctypes.byref(at_x), ctypes.byref(at_y), ctypes.byref(child))
    tell("XdndPosition", 0, at_x.value << 16 | at_y.value, 0, copy)
    status = wait_for("XdndStatus")
    if status is None:
        sys.exit("the window says nothing about what is held over it")
    accepted = bool(status[1] & 1)
    if accepted and step >= 5:
        break
    wait_for(None, 0.05)
say(state="held", accepted=accepted)

while True:
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    if readable:
        break
    wait_for(None, 0.05)
if sys.stdin.readline().strip() == "drop":
    tell("XdndDrop", 0, 0)
    finished = wait_for("XdndFinished")
    say(state="dropped", accepted=bool(finished and finished[1] & 1))
else:
    tell("XdndLeave")
    say(state="left")
close(display)
