import type { IncomingMessage } from "node:http";

/** The body of a request, at most so many bytes of it; `lost` where the client went away before its end. */
export async function bodyOf(request: IncomingMessage, most: number): Promise<Uint8Array | "oversize" | "lost"> {
  const declared = Number(request.headers["content-length"]);
  if (declared > most) return "oversize";
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > most) return "oversize";
      chunks.push(chunk);
    }
  } catch {
    return "lost";
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
