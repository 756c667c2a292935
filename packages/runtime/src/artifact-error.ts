/** Why an artifact is not loaded. `code` is of the catalogue's band P06xx; the message says what, where, and what to do. */
export class ArtifactError extends Error {
  override readonly name = "ArtifactError";
  readonly code: "P0601" | "P0602" | "P0603" | "P0604" | "P0605" | "P0606";

  constructor(code: ArtifactError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
