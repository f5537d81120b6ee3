"""uWebSockets, the C++ library, as ``socketify`` brings it: ``publish`` does the fan-out.

A room is a path. Python is asked once for each message, and for no delivery.
"""

import sys

from socketify import App, AppListenOptions, CompressOptions, Request, Response


def upgrade(response: Response, request: Request, context: object) -> None:
    key = request.get_header("sec-websocket-key")
    response.upgrade(key, "", "", context, request.get_url())


app = App()
app.ws(
    "/*",
    {
        "compression": CompressOptions.DISABLED,
        "idle_timeout": 0,
        "max_backpressure": 1 << 24,
        "upgrade": upgrade,
        "open": lambda socket: socket.subscribe(socket.get_user_data()),
        "message": lambda socket, said, kind: app.publish(socket.get_user_data(), said, kind),
    },
)
app.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"))
app.run()
