/** Why a store could not be asked: it is away, too slow, or it refused. `cause` is what the client said. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** What comes of it, or a StoreError where it fails or takes longer than so many milliseconds. */
export async function within<Value>(milliseconds: number, run: () => Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StoreError(`the store gave no answer within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  try {
    return await Promise.race([run(), late]);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const why = error instanceof Error ? error.message || error.constructor.name : String(error);
    throw new StoreError(`the store failed: ${why}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
