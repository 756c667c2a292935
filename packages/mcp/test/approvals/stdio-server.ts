/** The little server of generation 2 on stdio, which speaks both eras: `node stdio-server.ts`. */
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { serverV2 } from "../guard/servers.ts";

serveStdio(() => serverV2("server"));
