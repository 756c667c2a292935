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
    case "lead": bits |= 1; break;
  }
  return bits;
};
const t0 = {"kind":"path"};
const a0 = (from) => pristine["path"] === undefined ? from["path"] : (hasOwn(from, "path") ? from["path"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return typeof value === "string" ? asPath(value, "/w") : undefined;
};
function s0(args, roles) {
  let x0;
  return (
    // allow "read"
    ((true)) || 
    // allow "role lead: look:around"
    (((roles & 1) !== 0) && (((!((x0 = g0(args)) === undefined) && (x0.startsWith("/w/public/") || x0 === "/w/public"))))));
}
function n0(args, roles) {
  let r0 = unset;
  const found = [];
  // allow "role lead: look:around"
  if ((((roles & 1) !== 0) && (((!((r0 = g0(args)) === undefined) && (r0.startsWith("/w/public/") || r0 === "/w/public")))))) found.push(0);
  // allow "read"
  if (((true))) found.push(1);
  if (found.length === 0) return undefined;
  // limit "two at once"
  if (((true))) found.push(6);
  // label "label-1957836d"
  if ((((!(!((r0 === unset ? (r0 = g0(args)) : r0) === undefined) && (r0.startsWith("/w/public/") || r0 === "/w/public")))))) found.push(7);
  return found;
}
const a1 = (from) => hasOwn(from, "path") ? from["path"] : undefined;
const g1 = (from, root) => {
  const value = a1(from);
  return typeof value === "string" ? asPath(value, root) : undefined;
};
function r0(q) {
  if (q.r0 !== unset) return q.r0;
  return (q.r0 = g0(q.args));
}
function b0(q) {
  let x0;
  return (!((x0 = g1(q.its.args, q.itsRoot)) === undefined || r0(q) === undefined) && (x0 === q.r0));
}
function e0(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file"))) && b0(momentWithIts(call, q));
}
function b1(q) {
  let x0;
  return (((x0 = g1(q.its.args, q.itsRoot)) === undefined || r0(q) === undefined) || (x0 === q.r0));
}
function e1(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file"))) && b1(momentWithIts(call, q));
}
const h0 = happenedTest({ window: {"byAnyone":false,"last":3600000}, verb: "called", events: { surely: e0, possibly: e1 }, since: undefined }, false);
function e2(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "write_file")));
}
function b2(q) {
  let x0;
  return (!((x0 = read(t0, step(q.args, "path"), "/w")) === undefined) && (x0.startsWith("/w/public/") || x0 === "/w/public"));
}
function e3(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  const a = {
    args: call.arguments,
    principal: call.caller === q.past.caller ? q.principal : undefined,
    context: undefined,
    tool: nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    past: undefined,
  };
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file")) && b2(a));
}
function b3(q) {
  let x0;
  return (((x0 = read(t0, step(q.args, "path"), "/w")) === undefined) || (x0.startsWith("/w/public/") || x0 === "/w/public"));
}
function e4(call, q) {
  const { operation } = call;
  if (operation.server !== "fs") return false;
  const a = {
    args: call.arguments,
    principal: call.caller === q.past.caller ? q.principal : undefined,
    context: undefined,
    tool: nothing,
    resource: operation.kind === "resource" ? { uri: operation.uri } : nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    past: undefined,
  };
  return (operation.server === "fs" && ((operation.kind === "tool" && operation.name === "read_file")) && b3(a));
}
function g2(q) {
  return 10;
}
const h1 = tallyTest("count", "less", { window: {"byAnyone":false,"last":3600000}, verb: "called", events: { surely: e3, possibly: e4 }, since: { surely: e2, possibly: e2 } }, () => undefined, g2, false);
function b4(q) {
  return (h0(q) && h1(q));
}
const h2 = carriesTest("untrusted", true);
const h3 = happenedTest({ window: {"byAnyone":true,"last":3600000}, verb: "completed", events: { surely: e3, possibly: e4 }, since: undefined }, false);
function b5(q) {
  return (h2(q) && !h3(q));
}
function s1(args, roles, k, name, principal, context, state) {
  const q = {
    args,
    principal,
    context,
    tool: nothing,
    resource: nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    past: { state: state ?? emptyState, caller: callerKeyOf(principal), now: context.time, rootOf },
    r0: unset,
  };
  return (
    // allow "write what was read"
    (((b4(q))))) && !(
    // deny "not with what others wrote"
    (((b5(q)))));
}
function n1(args, roles, k, name, principal, context, state) {
  const q = {
    args,
    principal,
    context,
    tool: nothing,
    resource: nothing,
    result: undefined,
    its: undefined,
    itsRoot: undefined,
    found: [],
    past: { state: state ?? emptyState, caller: callerKeyOf(principal), now: context.time, rootOf },
    r0: unset,
  };
  // allow "write what was read"
  if ((((b4(q))))) q.found.push(2);
  if (q.found.length === 0 || ((((b5(q)))))) return undefined;
  // require "a lead agrees"
  if (((true))) q.found.push(4);
  // limit "bytes"
  if (((true))) q.found.push(5);
  return q.found;
}
const d = [
  [s0, n0], 
  [s1, n1]];
function permitsTool(server, name, args, roles, principal, context, state) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return s0(args, roles);
      case "write_file": return s1(args, roles, 0, name, principal, context, state);
      default: return false;
    }
    default: return false;
  }
}
function tool(server, name) {
  switch (server) {
    case "fs": switch (name) {
      case "read_file": return d[0];
      case "write_file": return d[1];
      default: return undefined;
    }
    default: return undefined;
  }
}
const permits = (request, principal) => {
  const { operation } = request;
  return operation.kind === "tool" && permitsTool(operation.server, operation.name, request.arguments, rolesOf(principal.roles), principal, request.context, request.state);
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
  permitsTool: (roles, principal, server, name, args, context, state) => permitsTool(server, name, args, roles, principal, context, state),
};
}
