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
const t0 = {"kind":"path"};
const g0 = (from) => {
  const value = a0(from);
  return typeof value === "string" ? asPath(value, "/w") : undefined;
};
function s0(args, roles) {
  let x0;
  return (
    // allow "role reader: read:files"
    (((roles & 3) !== 0) && !f0(args) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/") || x0 === "/w"))))));
}
function n0(args, roles) {
  let x0;
  const found = [];
  // allow "role reader: read:files"
  if ((((roles & 3) !== 0) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/") || x0 === "/w")))))) found.push(0);
  if (found.length === 0) return undefined;
  // deny "watch reads"
  if ((((roles & 3) !== 0) && (true))) found.push(3);
  return found;
}
const t1 = {"element":{"kind":"any"},"kind":"list"};
const a1 = (from) => pristine["paths"] === undefined ? from["paths"] : (hasOwn(from, "paths") ? from["paths"] : undefined);
const g1 = (from) => {
  const value = a1(from);
  return read(t1, value, "/w");
};
function l0(q) {
  let x0;
  const list = g1(q.args);
  if (!Array.isArray(list)) return false;
  for (const v0 of list) {
    if (!(!((x0 = read(t0, v0, "/w")) === undefined) && (x0.startsWith("/w/") || x0 === "/w"))) return false;
  }
  return true;
}
function b0(q) {
  return l0(q);
}
function s1(args, roles) {
  const q = {
    args,
    roles,
  };
  return (
    // allow "role reader: read:files"
    (((q.roles & 3) !== 0) && ((b0(q)))));
}
function n1(args, roles) {
  const q = {
    args,
    roles,
    found: [],
  };
  // allow "role reader: read:files"
  if ((((q.roles & 3) !== 0) && ((b0(q))))) q.found.push(0);
  if (q.found.length === 0) return undefined;
  // deny "watch reads"
  if ((((q.roles & 3) !== 0) && (true))) q.found.push(3);
  return q.found;
}
function s2(args, roles, k, name, principal, context) {
  let x0;
  return (
    // allow "role writer: write:files"
    (((roles & 2) !== 0) && !f0(args) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/src/") || x0 === "/w/src")))))) && !(
    // deny "freeze"
    (context.time >= 1767225600000 && context.time < 1769904000000 && ((roles & 2) !== 0) && !((principal.id === "root")) && (true)));
}
function n2(args, roles, k, name, principal, context) {
  let x0;
  const found = [];
  // allow "role writer: write:files"
  if ((((roles & 2) !== 0) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/src/") || x0 === "/w/src")))))) found.push(1);
  if (found.length === 0 || ((context.time >= 1767225600000 && context.time < 1769904000000 && ((roles & 2) !== 0) && !((principal.id === "root")) && (true)))) return undefined;
  return found;
}
const d = [
  [s0, n0], 
  [s1, n1], 
  [s2, n2]];
function permitsTool(server, name, args, roles, principal, context) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return s0(args, roles);
      case "read_files": return s1(args, roles);
      case "write_file": return s2(args, roles, 0, name, principal, context);
      default: return false;
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return d[0];
      case "read_files": return d[1];
      case "write_file": return d[2];
      default: return undefined;
    }
    default: return undefined;
  }
}
const permits = (request, principal) => {
  const { operation } = request;
  return operation.kind === "tool" && permitsTool(operation.server, operation.name, request.arguments, rolesOf(principal.roles), principal, request.context);
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
  permitsTool: (roles, principal, server, name, args, context, state) => permitsTool(server, name, args, roles, principal, context),
};
}
