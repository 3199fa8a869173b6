// Keeps a fuzzed backend at home: health checks with made-up addresses must not reach anyone. Imported before anything else.

import dgram from "node:dgram";
import net from "node:net";

/** How many connections and datagrams were stopped. */
export const stopped = { count: 0 };

const isLoopback = (host) =>
  host === undefined || host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);

function hostOf(args) {
  // net.connect() hands its arguments on as one array.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === "object" && first !== null) return first.path === undefined ? first.host : undefined;
  return typeof second === "string" ? second : undefined;
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  if (isLoopback(hostOf(args))) return connect.apply(this, args);
  stopped.count += 1;
  process.nextTick(() => this.destroy(Object.assign(new Error("connect ENETUNREACH"), { code: "ENETUNREACH" })));
  return this;
};

const send = dgram.Socket.prototype.send;
dgram.Socket.prototype.send = function (...args) {
  const address = args.find((arg, index) => index > 0 && typeof arg === "string");
  if (isLoopback(address)) return send.apply(this, args);
  stopped.count += 1;
  const callback = args.findLast((arg) => typeof arg === "function");
  process.nextTick(() => callback?.(Object.assign(new Error("send ENETUNREACH"), { code: "ENETUNREACH" })));
};
