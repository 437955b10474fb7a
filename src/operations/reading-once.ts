import type { ReadableHost, RemoteFile } from '../remote/host.ts';

/** The same host with every file read once: for stages in which nobody changes them and many ask for them. */
export function readingOnce(host: ReadableHost): ReadableHost {
  const files = new Map<string, Promise<RemoteFile | undefined>>();
  return {
    name: host.name,
    ask: (query) => host.ask(query),
    readFile(path) {
      const reading = files.get(path) ?? host.readFile(path);
      files.set(path, reading);
      return reading;
    },
  };
}
