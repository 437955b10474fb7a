// What is in a lab's image. Everything here goes into the recipe's hash, so a change rebuilds the image.

import { createHash } from 'node:crypto';

export type Release = 'trixie' | 'bookworm' | 'forky';

/** The PostgreSQL that each Debian release ships. */
export const releases = {
  trixie: { title: 'Debian 13', postgresql: 17 },
  bookworm: { title: 'Debian 12', postgresql: 15 },
  forky: { title: 'Debian testing', postgresql: 18 },
} as const satisfies Record<Release, { title: string; postgresql: number }>;

export const isRelease = (text: string): text is Release => Object.hasOwn(releases, text);

export interface Layer {
  readonly name: 'base' | 'postgresql';
  readonly packages: readonly string[];
  /** Written before the packages of a layer are installed, after debootstrap in the first one. */
  readonly files: Readonly<Record<string, string>>;
  /** Units that only slow a throw-away host down, or that would run against a network that is not there. */
  readonly masked: readonly string[];
}

const base: Layer = {
  name: 'base',
  packages: [
    'systemd',
    'systemd-sysv',
    'dbus',
    'openssh-server',
    'sudo',
    'iproute2',
    'ca-certificates',
    'procps',
  ],
  files: {
    '/etc/ssh/sshd_config.d/dbctl-lab.conf':
      'HostKey /etc/ssh/ssh_host_ed25519_key\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nUseDNS no\n',
    '/etc/sudoers.d/dbctl-lab': 'admin ALL=(ALL) NOPASSWD: ALL\n',
  },
  masked: [
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'console-getty.service',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
    'fstrim.timer',
    'getty.target',
    'ldconfig.service',
    'sshd-keygen.service',
    'systemd-journal-catalog-update.service',
    'systemd-network-generator.service',
    'systemd-networkd.service',
    'systemd-networkd.socket',
    'systemd-networkd-wait-online.service',
    'systemd-pstore.service',
    'systemd-resolved.service',
    'systemd-timesyncd.service',
  ],
};

const postgresql = (release: Release): Layer => ({
  name: 'postgresql',
  // nftables and curl are for the store's firewall and health.
  packages: [
    `postgresql-${releases[release].postgresql}`,
    'pgbackrest',
    'curl',
    'nftables',
    'haproxy',
    'etcd-server',
    'etcd-client',
    'patroni',
    // Not every release's patroni asks for it.
    'python3-etcd',
  ],
  // Read before createcluster.conf, which stays the distribution's: the package must not start a cluster of its own.
  files: { '/etc/postgresql-common/createcluster.d/00-no-main.conf': 'create_main_cluster = false\n' },
  // Enabled by their packages; dbctl runs each in a unit of its own.
  masked: ['haproxy.service', 'etcd.service', 'patroni.service'],
});

export const layersOf = (release: Release, bare: boolean): readonly Layer[] =>
  bare ? [base] : [base, postgresql(release)];

/** Names the image of the last layer; it depends on all layers below it too. */
export function imageName(release: Release, layers: readonly Layer[]): string {
  const hash = createHash('sha256').update(JSON.stringify(layers)).digest('hex').slice(0, 12);
  return `${release}-${layers.at(-1)?.name ?? 'empty'}-${hash}`;
}
