// What of a node's data cannot be where it is, or not be moved or copied from there. Facts in, decisions out.

import { quote } from '../host/quote.ts';
import type { Instance } from '../model/instance.ts';
import { controlOf } from '../postgres/control/control-of.ts';
import { formatBytes } from '../model/units.ts';
import { nameOfPlace, type Layout } from './layout.ts';

export interface LayoutProblem {
  readonly what: string;
  readonly next: string | readonly string[];
}

/** What keeps data from being set aside; from being copied at all; from being backed up. */
export interface FixedPart extends LayoutProblem {
  readonly forbids: 'moving' | 'copying' | 'backups';
  readonly next: string;
}

/**
 * What keeps a node's data from being moved aside and made anew: said when backups are set up and checked, not on the day when it is
 * needed.
 */
export function fixedParts(layout: Layout, instance: Instance): readonly FixedPart[] {
  const { dataDirectory } = instance;
  const { byHand } = controlOf(instance);
  const real = layout.link ?? dataDirectory;
  const isInside = (path: string): boolean =>
    path.startsWith(`${real}/`) || path.startsWith(`${dataDirectory}/`);
  return [
    ...layout.mounts.map((path) => ({
      forbids: 'moving' as const,
      what:
        path === real
          ? `a file system is mounted on ${path} itself, so the data cannot be set aside there`
          : `a file system is mounted on ${path}, inside the data directory, so the data cannot be set aside`,
      next: unmounted(path, path === real ? dataDirectory : path),
    })),
    ...layout.places
      .filter(({ kind, path }) => kind === 'tablespace' && isInside(path))
      .map(({ oid, path }) => ({
        forbids: 'copying' as const,
        what: `the tablespace in ${path} is inside the data directory: no copy of it can be made, and no backup`,
        next: `move what is in it to another tablespace, then drop it (select spcname from pg_tablespace where oid = ${oid}): alter table … set tablespace …; drop tablespace …`,
      })),
    ...(layout.walRoot === undefined ? [] : [rootOfWal(layout.walRoot, instance)]),
    ...layout.inPlace.map((oid) => ({
      forbids: 'backups' as const,
      what: `the tablespace ${oid} has no directory of its own (allow_in_place_tablespaces), and pgBackRest cannot back it up`,
      next: `move what is in it to another tablespace, then drop it (select spcname from pg_tablespace where oid = ${oid}): alter table … set tablespace …; drop tablespace …`,
    })),
    ...layout.linked.map(({ oid, path }) => ({
      forbids: 'backups' as const,
      what: `the directory of a tablespace, ${path}, is a link, and pgBackRest makes no backup with one`,
      next: `let PostgreSQL know the real place, on every node: ${byHand.stop} && ln -sfnT "$(realpath ${path})" ${dataDirectory}/pg_tblspc/${oid} && ${byHand.start}`,
    })),
    ...layout.stale.map(({ path }) => ({
      forbids: 'copying' as const,
      what: `the directory of a tablespace is not there: ${path}`,
      next: `is its disk mounted? see: findmnt; ls -ld ${path}`,
    })),
    ...layout.hollow.map(({ oid, path }) => ({
      forbids: 'copying' as const,
      what: `the directory of a tablespace, ${path}, has nothing of PostgreSQL in it`,
      next: `is its disk mounted? see: findmnt; ls -lA ${path}; or, when no tablespace has the number (select spcname from pg_tablespace where oid = ${oid}), take its link away: ${takenOut(oid, instance)}`,
    })),
    ...layout.strays.map((name) => ({
      forbids: 'copying' as const,
      what: `${dataDirectory}/pg_tblspc/${name} is no tablespace: PostgreSQL made nothing of that name, and no backup can be made while it is there`,
      next: `take it out of there: ${takenOut(name, instance)}`,
    })),
  ];
}

/** What somebody put into pg_tblspc is kept, where no server and no backup meets it. */
const takenOut = (name: string, { dataDirectory, version, name: instance }: Instance): string =>
  `mv -T --backup=numbered ${quote([`${dataDirectory}/pg_tblspc/${name}`, `/root/postgresql-${version}-${instance}-pg_tblspc-${name}`])}`;

/** The manual of PostgreSQL, too, wants a directory of its own on the disk. */
function rootOfWal(path: string, instance: Instance): FixedPart {
  const { byHand } = controlOf(instance);
  const move = `find ${path} -mindepth 1 -maxdepth 1 ! -name lost+found ! -name wal -exec mv -t ${path}/wal {} +`;
  return {
    forbids: 'backups',
    what: `lost+found is in the directory of WAL, ${path}, and pgBackRest, which may not read it, makes no backup`,
    next: `give WAL a directory of its own on that disk: ${byHand.stop} && install -d -o postgres -g postgres -m 700 ${path}/wal && ${move} && ln -sfnT ${path}/wal ${instance.dataDirectory}/pg_wal && ${byHand.start}`,
  };
}

/** The way out for a mount point: a directory on the disk, and a link to it, which dbctl follows. */
const unmounted = (path: string, name: string): string =>
  `with PostgreSQL stopped, mount the disk elsewhere (in /etc/fstab too), put the files into a directory of their own there, and make ${name} a link to it${path === name ? '' : ` in place of ${path}`}`;

/** Where dbctl makes directories beside a data directory that is a link, it must be alone. */
export function linkProblem(
  { link, beside }: Layout,
  { dataDirectory }: Instance,
): LayoutProblem | undefined {
  if (link === undefined || beside === undefined) return undefined;
  const parent = link.replace(/\/[^/]+$/, '') || '/';
  if (beside.owner === 'postgres' || (beside.entries === '' && parent !== '/')) return undefined;
  return {
    what: `${dataDirectory} is a link to ${link}, and copies of the data are made beside it, in ${parent}, which has others' files too: ${beside.entries || '/'}`,
    next: `give the data a directory of its own there: mkdir -p ${link}.d && { [ ! -e ${link} ] || mv ${link} ${link}.d/main; } && ln -sfnT ${link}.d/main ${dataDirectory}`,
  };
}

/** Less than this and a server cannot even write what ends its recovery: two WAL files. */
const leastBytes = 32 * 1024 ** 2;

/** The file systems that are full: a server does not start on them. */
export const fullDisks = ({ disk, places }: Layout, { dataDirectory }: Instance): readonly string[] =>
  [{ name: dataDirectory, disk }, ...places.map((place) => ({ name: nameOfPlace(place), disk: place.disk }))]
    .filter((one) => one.disk.totalBytes > 0 && one.disk.freeBytes < leastBytes)
    .map(
      ({ name, disk: { freeBytes, totalBytes } }) =>
        `the disk of ${name} is full: ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} are free`,
    );

/** Why a node cannot be set up, or made anew, where its parts are. */
export function layoutProblems(
  layout: Layout,
  instance: Instance,
  node: {
    readonly name: string;
    readonly role: 'primary' | 'replica' | 'replaced';
    readonly data: string;
    readonly isRunning: boolean;
  },
): readonly LayoutProblem[] {
  const link = linkProblem(layout, instance);
  const hasData = node.data === 'cluster';
  const isReplaced = node.role === 'replaced';
  const full = hasData && !isReplaced && !node.isRunning ? fullDisks(layout, instance) : [];
  const fixed = hasData && isReplaced ? fixedParts(layout, instance) : [];
  return [
    ...(node.data === 'mount' ? [mountedOn(layout, instance)] : []),
    ...(link ? [link] : []),
    // A replica that is down may have lost the disk of a tablespace: it is made anew for that.
    ...(hasData && !isReplaced ? lostTablespaces(layout, instance, node) : []),
    ...(hasData && !isReplaced ? layout.shared.map((one) => sharedTablespace(one, instance, node)) : []),
    ...fixed.filter(({ forbids }) => forbids === 'moving'),
    ...full.map((what) => ({
      what: `PostgreSQL does not run there, and ${what}`,
      next: 'make room on that disk, or enlarge it; delete nothing in pg_wal by hand: that destroys the database',
    })),
  ];
}

/**
 * A server that runs without the files of a tablespace makes those anew that its WAL speaks of, and answers with what is in
 * them: fewer rows, and no error.
 */
const lostTablespaces = (
  { stale, hollow }: Layout,
  instance: Instance,
  { name, role }: { readonly name: string; readonly role: string },
): readonly LayoutProblem[] =>
  [
    ...stale.map((one) => ({ ...one, what: `the directory of a tablespace is not there: ${one.path}` })),
    ...hollow.map((one) => ({
      ...one,
      what: `the directory of a tablespace, ${one.path}, has nothing of PostgreSQL in it`,
    })),
  ].map(({ oid, path, what }) => ({
    what,
    next: [
      `is its disk mounted? see: findmnt; ls -lA ${path}`,
      `or, if no tablespace of the cluster is in ${path}, take its link away: ${takenOut(oid, instance)}`,
      role === 'replica'
        ? `if what was there is lost for good, give it the primary's data: dbctl reinit ${name}`
        : 'if what was there is lost for good, bring back all of the data: dbctl backup restore --in-place',
    ],
  }));

/** Two servers that write the same files destroy the data of both. */
const sharedTablespace = (
  { oid, path, other }: Layout['shared'][number],
  { dataDirectory }: Instance,
  { name, role }: { readonly name: string; readonly role: string },
): LayoutProblem => ({
  what: `the directory of a tablespace, ${path}, is also that of another server, with the data in ${other}`,
  next: [
    `see which of them it belongs to, on ${name}: ls -l ${dataDirectory}/pg_tblspc/${oid} ${other}/pg_tblspc`,
    role === 'replica'
      ? `if it belongs to the other, give ${name} the primary's data; nothing of the other is touched: dbctl reinit ${name}`
      : `if it belongs to the other, let the link lead to the right directory, on ${name}: ln -sfnT DIRECTORY ${dataDirectory}/pg_tblspc/${oid}`,
    `if it belongs to ${name}, a person must decide what the other server is for: it must not be started like that`,
  ],
});

/** New data is created next to the data directory, and moved there when it is complete. */
const mountedOn = ({ link }: Layout, { dataDirectory }: Instance): LayoutProblem => ({
  what: `a file system is mounted on ${link ?? dataDirectory} itself`,
  next: link
    ? `make ${dataDirectory} a link to a directory on that disk: ln -sfnT ${link}/main ${dataDirectory}`
    : 'mount it on /var/lib/postgresql, one or two levels higher',
});
