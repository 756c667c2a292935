// The world outside: `outside.ts PORT…` greets on each of these ports on every address, answers each question about names, and says
// `ready`.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { greeting } from "./attempt.ts";

const names = createSocket("udp4");
names.on("message", (question, { port, address }) => names.send(question, port, address));
names.bind(53);
await Promise.all(
  process.argv.slice(2).map((port) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${greeting}`));
    });
    return new Promise<void>((resolve) => server.listen({ port: Number(port), host: "::" }, resolve));
  }),
);
console.log("ready");
