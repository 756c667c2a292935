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
function s0(args, principal, context, request, k) {
  return (
    // "allow" "read"
    ((true)));
}
function s1(args, principal, context, request) {
  const q = {
    principal,
    context,
    name: request.operation.name,
    uri: request.operation.uri,
  };
  return (
    // "allow" "read"
    ((((matchesResource("file:///w/**", q.uri) === true))))) && !(
    // "deny" "drafts"
    ((((matchesResource("file:///w/drafts/**", q.uri) !== false)))));
}
function s2(args, principal, context, request) {
  const q = {
    principal,
    context,
    name: request.operation.name,
    uri: request.operation.uri,
  };
  return (
    // "allow" "read"
    ((((true)))));
}
const subjects = new Map([
  ["tool", new Map([
    ["fs", { names: new Map([
      ["read_file", { by: s0, k: [] }]]), further: undefined }]])], 
  ["resource", new Map([
    ["fs", { names: new Map([]), further: { by: s1, k: [] } }]])], 
  ["completion", new Map([
    ["fs", { names: new Map([]), further: { by: s2, k: [] } }]])]]);
const tools = subjects.get("tool") ?? new Map();
const only = tools.size === 1 ? [...tools.values()][0] : undefined;
return function permits(request, caller) {
  const { operation } = request;
  const found = operation.kind === "tool" ? (operation.server === "fs" ? only : undefined) : subjects.get(operation.kind)?.get(operation.server);
  if (found === undefined) return false;
  const decides = found.names.get(operation.name) ?? found.further;
  if (decides === undefined) return false;
  return decides.by(request.arguments, caller, request.context, request, decides.k);
};
}
