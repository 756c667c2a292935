export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map([["fs","/w"]]);
const rolesOf = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
    case "reader": bits |= 1; break;
    case "writer": bits |= 2; break;
  }
  return bits;
};
const a0 = (from) => pristine["path"] === undefined ? from["path"] : (hasOwn(from, "path") ? from["path"] : undefined);
const f0 = (from) => {
  const value = a0(from);
  if (typeof value !== "string" || value.charCodeAt(0) !== 47) return false;
  const letter = value.charCodeAt(1);
  return letter !== 47 && letter !== 119;
};
const t0 = {"kind":"string"};
const a1 = (from) => pristine["content"] === undefined ? from["content"] : (hasOwn(from, "content") ? from["content"] : undefined);
const g0 = (from) => {
  const value = a1(from);
  return typeof value === "string" ? value : undefined;
};
const t1 = {"kind":"path"};
const g1 = (from) => {
  const value = a0(from);
  return typeof value === "string" ? asPath(value, "/w") : undefined;
};
const t2 = {"element":{"kind":"glob"},"kind":"list"};
const c0 = read(t2, ["**/*.md"], "/w");
const c1 = read(t2, ["**/.git/**"], "/w");
const c2 = read(t2, ["**/*.pem"], "/w");
function s0(args, roles) {
  let r0 = unset, r1 = unset;
  return (
    // allow "allow-8073f234"
    (((roles & 2) !== 0) && !f0(args) && (((!(((r0 = g0(args)) === undefined) || r0.includes("secret")) && (!((r1 = g1(args)) === undefined) && (r1.startsWith("/w/") || r1 === "/w")))))) || 
    // allow "allow-d88330be"
    (((roles & 1) !== 0) && !f0(args) && ((((!((r1 === unset ? (r1 = g1(args)) : r1) === undefined) && (r1.startsWith("/w/public/") || r1 === "/w/public")) && (r1.endsWith(".md"))))))) && !(
    // deny "deny-4bc4b935"
    (((roles & 1) !== 0) && (((((r0 === unset ? (r0 = g0(args)) : r0) === undefined) || r0.includes("password"))))) || 
    // deny "deny-92c4fd72"
    ((((((r0 === unset ? (r0 = g0(args)) : r0) === undefined) || r0.includes("BEGIN KEY"))))) || 
    // deny "deny-58982de4"
    (((((r1.includes("/.git/") || r1.endsWith("/.git")) || (r1.endsWith(".pem")))))));
}
function n0(args, roles) {
  let r1 = unset, r0 = unset;
  const found = [];
  // allow "allow-d88330be"
  if ((((roles & 1) !== 0) && ((((!((r1 = g1(args)) === undefined) && (r1.startsWith("/w/public/") || r1 === "/w/public")) && (r1.endsWith(".md"))))))) found.push(0);
  // allow "allow-8073f234"
  if ((((roles & 2) !== 0) && (((!(((r0 = g0(args)) === undefined) || r0.includes("secret")) && (!((r1 === unset ? (r1 = g1(args)) : r1) === undefined) && (r1.startsWith("/w/") || r1 === "/w"))))))) found.push(1);
  if (found.length === 0 || ((((roles & 1) !== 0) && (((((r0 === unset ? (r0 = g0(args)) : r0) === undefined) || r0.includes("password"))))) || ((((((r0 === unset ? (r0 = g0(args)) : r0) === undefined) || r0.includes("BEGIN KEY"))))) || (((((r1.includes("/.git/") || r1.endsWith("/.git")) || (r1.endsWith(".pem")))))))) return undefined;
  return found;
}
const d = [
  [s0, n0]];
function permitsTool(server, name, args, roles) {
  switch (server) {
    case "fs": switch (name) {
      case "write_file": return s0(args, roles);
      default: return false;
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "fs": switch (name) {
      case "write_file": return d[0];
      default: return undefined;
    }
    default: return undefined;
  }
}
const permits = (request, principal) => {
  const { operation } = request;
  return operation.kind === "tool" && permitsTool(operation.server, operation.name, request.arguments, rolesOf(principal.roles));
};
const find = (operation) => (operation.kind === "tool" ? tool(operation.server, operation.name) : undefined);
return {
  permits,
  applying({ operation, arguments: args, context, state }, principal) {
    const found = find(operation);
    if (found === undefined) return undefined;
    const roles = rolesOf(principal.roles), name = operation.name ?? operation.uri;
    return found[1](args, roles, found, name, principal, context, state);
  },
  rolesOf: (principal) => rolesOf(principal.roles),
  permitsTool: (roles, principal, server, name, args, context, state) => permitsTool(server, name, args, roles),
};
}
