// On which file systems a node's data is. Facts in, decisions out.

import { fieldsIn } from '../model/answers.ts';

/** A directory of a node's data that is not in the data directory. */
export interface Place {
  readonly kind: 'wal' | 'tablespace';
  /** Of a tablespace. */
  readonly oid?: string;
  readonly path: string;
  readonly disk: Disk;
}

/** A file system. */
export interface Disk {
  /** Tells it from others of the host. */
  readonly device: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

export interface Layout {
  /** The file system of the data directory itself. */
  readonly disk: Disk;
  /** Where the data directory leads to when it is a link. */
  readonly link?: string | undefined;
  /** Who owns the directory that the real place of a link is in, and what else is there. */
  readonly beside?: { readonly owner: string; readonly entries: string } | undefined;
  /** Mount points in the data directory; perhaps itself. */
  readonly mounts: readonly string[];
  readonly places: readonly Place[];
  /** The directory of WAL when it is the root of a file system, with lost+found in it. */
  readonly walRoot?: string | undefined;
  /** Tablespaces whose directory is not there. */
  readonly stale: readonly TablespaceLink[];
  /** Tablespaces whose directory has nothing of the server in it. */
  readonly hollow: readonly TablespaceLink[];
  /** Tablespaces whose directory is another server's too. */
  readonly shared: readonly (TablespaceLink & { readonly other: string })[];
  /** What is in pg_tblspc and is no tablespace: names. */
  readonly strays: readonly string[];
  /** Tablespaces whose directory is a link. */
  readonly linked: readonly TablespaceLink[];
  /** Tablespaces that are directories in the data directory, without a link. */
  readonly inPlace: readonly string[];
}

interface TablespaceLink {
  readonly oid: string;
  readonly path: string;
}

/** Everything in the data directory, on a disk of which nothing is known. */
export const plainLayout: Layout = {
  disk: { device: '', totalBytes: 0, freeBytes: 0 },
  ...{ mounts: [], places: [], stale: [], hollow: [], shared: [], strays: [], linked: [], inPlace: [] },
};

/** A tablespace, as the server knows it. */
export interface Tablespace {
  readonly oid: string;
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** The lines of host-facts.sh that are about it. */
export function parseLayout(stdout: string): Layout {
  const { of, all } = fieldsIn(stdout);
  const [owner = '', ...entries] = of('beside').split(' ');
  const [link] = all('link');
  return {
    disk: parseDisk(of('disk')),
    ...(link && { link, beside: { owner, entries: entries.join(' ').trim() } }),
    mounts: all('mounted'),
    places: all('place').map(parsePlace),
    ...(of('walroot') && { walRoot: of('walroot') }),
    stale: all('stale').map(parseLink),
    hollow: all('hollow').map(parseLink),
    shared: all('shared').map((line) => {
      const [own = '', other = ''] = line.split('\t');
      return { ...parseLink(own), other };
    }),
    strays: all('stray'),
    linked: all('linked').map(parseLink),
    inPlace: all('inplace'),
  };
}

const parseLink = (line: string): TablespaceLink => ({
  oid: line.split(' ')[0]!,
  path: line.replace(/^\S+ /, ''),
});

function parsePlace(line: string): Place {
  const [, disk = '', kind = '', path = ''] = /^(\S+ \S+ \S+) (\S+) (.*)$/.exec(line) ?? [];
  return kind === 'wal'
    ? { kind, path, disk: parseDisk(disk) }
    : { kind: 'tablespace', oid: kind, path, disk: parseDisk(disk) };
}

export function parseDisk(text: string): Disk {
  const [total = 0, free = 0, device = ''] = text.split(' ');
  return { device, totalBytes: Number(total) * 1024, freeBytes: Number(free) * 1024 };
}

/** "the WAL (/srv/wal)", for messages. */
export const nameOfPlace = ({ kind, path }: Place): string =>
  kind === 'wal' ? `pg_wal (${path})` : `tablespace (${path})`;

/** What must fit where: a directory that is there, or will be, and how much comes into it. */
export interface Need {
  readonly path: string;
  readonly disk: Disk;
  readonly bytes: number;
}

/** The file systems on which not all fits that comes to them. */
export function withoutRoom(needs: readonly Need[]): readonly (Need & { readonly paths: string })[] {
  const devices = [...new Set(needs.map(({ disk }) => disk.device))];
  return devices.flatMap((device) => {
    const here = needs.filter(({ disk }) => disk.device === device);
    const [first] = here;
    const bytes = here.reduce((sum, one) => sum + one.bytes, 0);
    if (first === undefined || bytes === 0 || first.disk.freeBytes >= bytes) return [];
    return [{ ...first, bytes, paths: here.map(({ path }) => path).join(', ') }];
  });
}
