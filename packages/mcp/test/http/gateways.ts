import { memorySink } from "../../src/audit/memory-sink.ts";
import { type Gateway, type GatewayOptions, type GatewayServer, gateway } from "../../src/http/index.ts";
import { connectedTo, type Guarding, type OverHttp, type Run } from "../guard/servers.ts";
import { policy } from "../guarded.ts";

/** A gateway before one server, on a free port, where everybody is one developer. */
export function gatewayBefore(
  upstream: GatewayServer["upstream"],
  {
    server = {},
    ...options
  }: Partial<Omit<GatewayOptions, "server">> & { readonly server?: Partial<GatewayServer> } = {},
): Promise<Gateway> {
  return gateway({
    policy,
    servers: { fs: { path: "/mcp", server: "fs", audit: memorySink(), upstream, ...server } },
    identity: () => ({ kind: "development", principal: { id: "dev", roles: ["developer"] } }),
    listen: { port: 0, drain: 1_000 },
    ...options,
  });
}

/** The server as it is, with a gateway before it. */
export function behindGateway({ serve, connect }: OverHttp): Run {
  return async (guarding) => {
    const listening = await serve((each) => each);
    if (guarding === undefined) return connectedTo(listening, connect);
    return connectedTo(await before({ kind: "http", url: listening.url }, guarding, listening.stop), connect);
  };
}

export async function before(
  upstream: GatewayServer["upstream"],
  { policy: own, audit = memorySink(), onDifferences }: Guarding,
  stop: () => Promise<unknown>,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const { url, close } = await gatewayBefore(upstream, { policy: own as never, server: { audit, onDifferences } });
  return {
    url: `${url}/mcp`,
    async stop() {
      await close();
      await stop();
    },
  };
}
