// npm ws, as its README broadcasts: send() for each client. A room is a path.
const { WebSocketServer, WebSocket } = require("ws");

const rooms = new Map();
const server = new WebSocketServer({
  host: "127.0.0.1", port: Number(process.argv[2]), backlog: 4096, perMessageDeflate: false,
});
server.on("connection", (socket, request) => {
  if (!rooms.has(request.url)) rooms.set(request.url, new Set());
  const room = rooms.get(request.url).add(socket);
  socket.on("message", (data, isBinary) => {
    for (const client of room)
      if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary });
  });
  socket.on("close", () => room.delete(socket));
});
