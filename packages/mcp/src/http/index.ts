export type { EndpointLimits, Upstream } from "./endpoint.ts";
export { type Gateway, type GatewayOptions, type GatewayServer, gateway, type ListenOptions } from "./gateway.ts";
export type { IdentityOptions } from "./identity.ts";
export type { HttpServerOptions } from "./upstream/target.ts";
