export default function policy(kit) {
"use strict";
const { read, readOr, step, has, every, hole, join, operators, matchesName, matchesResource, toolFacts, asPath } = kit;
const { hasRole, hasAnyRole, callerKeyOf, emptyState, carriesTest, happenedTest, tallyTest, momentWithIts } = kit;
const { hasOwn } = Object;
const pristine = Object.prototype;
const unset = Symbol("not read yet");
const nothing = Object.freeze({});
const rootOf = (server) => roots.get(server);
const roots = new Map([["fs","/workspace"]]);
const t0 = {"kind":"string"};
const a0 = (from) => pristine["url"] === undefined ? from["url"] : (hasOwn(from, "url") ? from["url"] : undefined);
const g0 = (from) => {
  const value = a0(from);
  return typeof value === "string" ? value : undefined;
};
const t1 = {"element":{"kind":"glob"},"kind":"list"};
const c0 = read(t1, ["https://docs.example.org/**","https://*.example.net/**"], undefined);
const t2 = {"kind":"bool"};
const m0 = (list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {
    case "reader": bits |= 1; break;
  }
  return bits;
};
function s0(args, principal, context, request, k) {
  const roles = m0(principal.roles);
  let x0, x1, x2, x3;
  return (
    // "allow" "read the web"
    (((roles & 1) !== 0) && ((((((x2 = (((x3 = g0(args)) === undefined) ? undefined : (operators["url"](x3)))) === undefined) ? undefined : read(t2, (operators["like-url"](x2, c0)), undefined)) === true)))));
}
function s1(args, principal, context, request) {
  const q = {
    principal,
    context,
    name: request.operation.name,
    uri: request.operation.uri,
  };
  return (
    // "allow" "issues"
    ((hasRole(q.principal.roles, "reader")) && (((matchesName("*", q.name))))));
}
function s2(args, principal, context, request, k) {
  const roles = m0(principal.roles);
  return (
    // "allow" "files"
    (((roles & 1) !== 0) && (true)));
}
function s3(args, principal, context, request) {
  const q = {
    principal,
    context,
    name: request.operation.name,
    uri: request.operation.uri,
  };
  return (
    // "allow" "notes"
    ((hasRole(q.principal.roles, "reader")) && (((matchesName("*", q.name))))));
}
const subjects = new Map([
  ["tool", new Map([
    ["web", { names: new Map([
      ["fetch", { by: s0, k: [] }]]), further: undefined }], 
    ["Issue_Tracker", { names: new Map([]), further: { by: s1, k: [] } }], 
    ["fs", { names: new Map([
      ["read_file", { by: s2, k: [] }], 
      ["read_files", { by: s2, k: [] }], 
      ["write_file", { by: s2, k: [] }]]), further: undefined }], 
    ["notes", { names: new Map([]), further: { by: s3, k: [] } }]])]]);
const tools = subjects.get("tool") ?? new Map();
const only = tools.size === 1 ? [...tools.values()][0] : undefined;
return function permits(request, caller) {
  const { operation } = request;
  const found = operation.kind === "tool" ? tools.get(operation.server) : subjects.get(operation.kind)?.get(operation.server);
  if (found === undefined) return false;
  const decides = found.names.get(operation.name) ?? found.further;
  if (decides === undefined) return false;
  return decides.by(request.arguments, caller, request.context, request, decides.k);
};
}
