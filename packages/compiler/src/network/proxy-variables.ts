/** What HTTP libraries read of the environment to go through a proxy; Node's since version 24, where it is told to. */
export function proxyVariables(url: string): Readonly<Record<string, string>> {
  const own = "localhost,127.0.0.1,::1";
  return {
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    NO_PROXY: own,
    http_proxy: url,
    https_proxy: url,
    no_proxy: own,
    NODE_USE_ENV_PROXY: "1",
  };
}
