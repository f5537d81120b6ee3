// Socket.IO over WebSocket only. A room is what the query says.
const { Server } = require("socket.io");

const server = require("http").createServer();
const io = new Server(server, { transports: ["websocket"], pingInterval: 600000 });
io.on("connection", (socket) => {
  const room = socket.handshake.query.room;
  socket.join(room);
  socket.on("message", (said) => io.to(room).emit("message", said));
});
server.listen(Number(process.argv[2]), "127.0.0.1", 4096);
