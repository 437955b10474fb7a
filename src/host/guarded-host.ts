import type { Host } from './host.ts';

/** The same host, which is changed only after `assertAllowed` has agreed; it throws when nothing may be changed any more. */
export const guardedHost = (host: Host, assertAllowed: () => Promise<void>): Host => ({
  name: host.name,
  ...(host.unreachable && { unreachable: host.unreachable }),
  ask: (query) => host.ask(query),
  readFile: (path) => host.readFile(path),
  async run(action) {
    await assertAllowed();
    await host.run(action);
  },
  async writeFile(path, content, attributes) {
    await assertAllowed();
    await host.writeFile(path, content, attributes);
  },
  async sendFile(localPath, path, attributes, onBytes) {
    await assertAllowed();
    return host.sendFile(localPath, path, attributes, onBytes);
  },
});
