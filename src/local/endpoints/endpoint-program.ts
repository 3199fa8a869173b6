/**
 * What an endpoint's process runs. It is text for `node -e`, so that it needs no file of its own: it works from the bundle and
 * from the sources alike. It lives as long as the channel to its keeper, so it cannot outlive a keeper that was killed.
 */

/** Told to the program on its command line, as JSON. */
export interface EndpointProgramSettings {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** The program's only message. */
export type EndpointProgramMessage =
  | { readonly listening: true }
  | { readonly listening: false; readonly code: string; readonly message: string };

export const ENDPOINT_PROGRAM = `
"use strict";
const { createServer } = require("node:http");
const { name, address, port } = JSON.parse(process.argv[1]);
process.title = "r53kit endpoint " + address + ":" + port;
process.on("disconnect", () => process.exit(0));
// Ctrl-C in the daemon's terminal is the daemon's to handle.
process.on("SIGINT", () => {});
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://endpoint").pathname;
  const found = path === "/" || path === "/health";
  const body = found ? name + " at " + address + ":" + port + "\\n" : "not found\\n";
  response.writeHead(found ? 200 : 404, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
  });
  response.end(request.method === "HEAD" ? undefined : body);
});
server.once("error", (error) => {
  process.send({ listening: false, code: error.code, message: error.message }, () => process.exit(1));
});
server.listen({ host: address, port, exclusive: true }, () => process.send({ listening: true }));
`;
