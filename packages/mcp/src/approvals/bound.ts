import {
  type ApprovalQuestion,
  callerKeyOf,
  type DutyIr,
  digestOf,
  isRecord,
  type JsonObject,
  type Operation,
  type Principal,
  tenantKeyOf,
} from "@mcpolicy/core";
import type { ApprovalCall } from "@mcpolicy/identity";
import type { ApprovedCall } from "../approvals.ts";
import { own } from "../wire/message.ts";

/** All that an approval is bound to: any difference asks anew. Throws where the arguments have no canonical text, or nobody calls. */
export function boundCall(call: ApprovedCall): ApprovalCall {
  const { request, caller, server, operation, pin, policy } = call;
  const principal = callerIn(caller.principal);
  const inputs = inputsOf(request.params);
  return {
    ...{ principal: principal.id, tenant: tenantKeyOf(principal), server, method: request.method },
    ...(principal.client === undefined ? {} : { client: principal.client }),
    ...{ operation: nameOf(operation), arguments: digestOf(call.arguments), policy },
    ...(inputs === undefined ? {} : { inputs: digestOf(inputs) }),
    ...(pin === undefined ? {} : { pin }),
  };
}

/** What the server gets beside the arguments, where the call goes on from a question of the server's own (MCP 2026-07-28). */
export function inputsOf(params: JsonObject): JsonObject | undefined {
  const [requestState, inputResponses] = [own(params, "requestState"), own(params, "inputResponses")];
  if (requestState === undefined && inputResponses === undefined) return undefined;
  return {
    ...(requestState === undefined ? {} : { requestState }),
    ...(isRecord(inputResponses) ? { inputResponses } : {}),
  };
}

/** What a question to approvers says of a call. */
export function questionOf(
  call: ApprovedCall,
  asked: Pick<ApprovalQuestion, "id" | "asked" | "until" | "duty" | "missing" | "rules" | "because">,
): ApprovalQuestion {
  const { request, caller, server, operation } = call;
  const principal = callerIn(caller.principal);
  const inputs = inputsOf(request.params);
  return {
    ...asked,
    ...{ caller: callerKeyOf(principal), callerId: principal.id, tenant: tenantKeyOf(principal) },
    ...(principal.client === undefined ? {} : { client: principal.client }),
    ...{ server, method: request.method, operation: nameOf(operation), arguments: call.arguments },
    ...(inputs === undefined ? {} : { inputs }),
    binding: bindingOf(boundCall(call), asked),
  };
}

/** What two questions have in common that are the same question. */
export function bindingOf(
  call: ApprovalCall,
  { duty, rules }: { readonly duty: DutyIr; readonly rules: readonly string[] },
): string {
  return digestOf({ call, duty, rules });
}

export function nameOf(operation: Operation): string {
  switch (operation.kind) {
    case "tool":
    case "prompt":
      return operation.name;
    case "resource":
      return operation.uri;
    default:
      return operation.kind;
  }
}

function callerIn(principal: Principal | undefined): Principal {
  if (principal === undefined) throw new Error("nobody calls");
  return principal;
}
