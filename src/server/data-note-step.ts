// Writes down, on a node's host and on the control host, which data a node has and on which disk.

import { change, type Step } from '../engine/step.ts';
import { action } from '../host/command.ts';
import type { Host, ReadableHost } from '../host/host.ts';
import type { Cluster, Node } from '../model/cluster.ts';
import { CommandError } from '../model/errors.ts';
import { instanceOf, type Instance } from '../model/instance.ts';
import { dataNoteText, isSameData, parseDataNote, type DataNote } from './data-note.ts';
import { hasData } from './host-check.ts';
import { hostFacts, type HostFacts } from './host-facts-query.ts';

/** On the node's host; never on the disk of the data, unless it is the only one. */
const noteOf = ({ dbctlDirectory }: Instance): string => `${dbctlDirectory}/data.json`;

/** On the control host. */
const copyOf = ({ name }: Cluster, node: Node): string => `/etc/dbctl/${name}/data-of-${node.name}.json`;

const attributes = { owner: 'root:root', mode: 0o644 };

/** Keeps the node's own note; what it says of data that is gone stays. */
export function noteData(cluster: Cluster, node: Node): Step {
  const instance = instanceOf(cluster, node);
  const planned = [change('data.note', 'note where its data is')];
  return {
    title: 'Note where the data is',

    async diff(host) {
      const facts = await host.ask(hostFacts(instance));
      const wanted = noteFor(node, instance, facts);
      if (wanted === undefined) return facts.note === undefined ? planned : [];
      return facts.note !== undefined && isSameData(facts.note, wanted) ? [] : planned;
    },

    async apply(host) {
      const wanted = noteFor(node, instance, await host.ask(hostFacts(instance)));
      if (wanted === undefined) throw unreadable(host, instance);
      await host.writeFile(noteOf(instance), dataNoteText(wanted), attributes);
    },
  };
}

function noteFor(
  { host }: Pick<Node, 'host'>,
  { dataDirectory }: Instance,
  facts: HostFacts,
): DataNote | undefined {
  const { systemIdentifier, fileSystem, machine } = facts;
  if (!hasData(facts) || systemIdentifier === undefined || fileSystem === undefined) return undefined;
  const { mountPoint, device, uuid, type } = fileSystem;
  const since = new Date().toISOString();
  return {
    ...{ systemIdentifier, dataDirectory, host, machine, since },
    fileSystem: { mountPoint, device, uuid, type },
  };
}

const unreadable = ({ name }: ReadableHost, { dataDirectory }: Instance): CommandError =>
  new CommandError({
    what: `what the data of ${name} is cannot be told`,
    why: `Neither the control file in ${dataDirectory} nor its file system could be read.`,
    next: [`look at it, on ${name}: pg_controldata -D ${dataDirectory}; findmnt -T ${dataDirectory}`],
  });

/** Keeps a copy of the node's note on the control host, where it outlives the node's own disks. */
export function rememberData(cluster: Cluster, node: Node, place: ReadableHost): Step {
  const path = copyOf(cluster, node);
  const note = noteOf(instanceOf(cluster, node));
  const planned = [change('data.remember', `remember where the data of ${node.name} is`, node.name)];
  return {
    title: 'Remember where the data is',

    async diff(host) {
      const [found, copy] = await Promise.all([place.readFile(note), host.readFile(path)]);
      if (found === undefined) return copy === undefined ? planned : [];
      return found.content === copy?.content ? [] : planned;
    },

    async apply(host) {
      const found = await place.readFile(note);
      if (found) await host.writeFile(path, found.content, attributes);
    },
  };
}

/** What the control host remembers of a node's data. */
export const rememberedData = async (
  cluster: Cluster,
  node: Node,
  control: ReadableHost,
): Promise<DataNote | undefined> =>
  parseDataNote((await control.readFile(copyOf(cluster, node)))?.content ?? '');

/** Notes that dbctl itself takes the data away, also where it was not noted before: nobody misses it then. */
export async function noteDiscarded(host: Host, node: Pick<Node, 'host'>, instance: Instance): Promise<void> {
  const found = parseDataNote((await host.readFile(noteOf(instance)))?.content ?? '');
  const note = found ?? noteFor(node, instance, await host.ask(hostFacts(instance)));
  if (note === undefined) return;
  const discarded = new Date().toISOString();
  await host.writeFile(noteOf(instance), dataNoteText({ ...note, discarded }), attributes);
}

/** For the control host: a node that is removed is not missed. */
export function forgetData(cluster: Cluster, node: Node): Step {
  const path = copyOf(cluster, node);
  return {
    title: `Forget the data of ${node.name}`,

    async diff(host) {
      return (await host.readFile(path)) === undefined ? [] : [change('file.remove', `remove ${path}`, path)];
    },

    apply: (host) => host.run(action(['rm', '-f', '--', path])),
  };
}
