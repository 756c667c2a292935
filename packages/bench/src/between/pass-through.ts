/** What a proxy cannot be cheaper than: `pass-through.js CMD…` starts the server and passes bytes on, both ways, unread. */
import { spawn } from "node:child_process";

const [command = "", ...args] = process.argv.slice(2);
const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
process.stdin.pipe(server.stdin);
server.stdout.pipe(process.stdout);
