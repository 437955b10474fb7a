// What is written down about a node's data when it is made: on the node's host, away from the data's disk, and on the
// control host. So data that is out of sight is not taken for data that never was.

import * as v from 'valibot';
import { parseJson } from '../model/answers.ts';

const FileSystem = v.object({
  /** "/var/lib/postgresql" */
  mountPoint: v.string(),
  /** "/dev/sdb1"; another name after a reboot, perhaps. */
  device: v.string(),
  /** Null where the file system has none. */
  uuid: v.nullable(v.string()),
  type: v.string(),
});
export type FileSystem = v.InferOutput<typeof FileSystem>;

const DataNote = v.object({
  /** A 64-bit number, as text. */
  systemIdentifier: v.string(),
  dataDirectory: v.string(),
  fileSystem: FileSystem,
  /** The node's address in .env.cluster, and its host's machine-id. */
  host: v.string(),
  machine: v.string(),
  /** When this was written down, ISO 8601. */
  since: v.string(),
  /** When dbctl itself took the data away, to make other data in its place. */
  discarded: v.optional(v.string()),
});
export type DataNote = v.InferOutput<typeof DataNote>;

/** Undefined for no text. Throws for one that is no note: nobody knows then what it said. */
export const parseDataNote = (text: string): DataNote | undefined =>
  text.trim() === '' ? undefined : v.parse(DataNote, parseJson(text));

export const dataNoteText = (note: DataNote): string => `${JSON.stringify(note)}\n`;

/** Whether both say the same of the data: a device may get another name where the file system has one of its own. */
export const isSameData = (one: DataNote, other: DataNote): boolean =>
  JSON.stringify(comparable(one)) === JSON.stringify(comparable(other));

const comparable = ({ systemIdentifier, dataDirectory, fileSystem, host, machine, discarded }: DataNote) => [
  systemIdentifier,
  dataDirectory,
  fileSystem.mountPoint,
  fileSystem.uuid ?? fileSystem.device,
  host,
  machine,
  discarded,
];

/** "/dev/sdb1 (ext4, UUID 4c1f…), mounted on /var/lib/postgresql" */
export const describeFileSystem = ({ device, type, uuid, mountPoint }: FileSystem): string =>
  `${device} (${type}${uuid === null ? '' : `, UUID ${uuid}`}), mounted on ${mountPoint}`;
