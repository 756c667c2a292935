/** What an operator set up cannot be meant: told when an authenticator is made, so that nothing is let through with it. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
