// The programs that keep an object store: what they are built from, and where they are on the control host.

import type { StoreRepository } from '../model/backup.ts';

export interface GoProgram {
  readonly name: StoreRepository['kind'];
  /** The package of its main function. */
  readonly package: string;
  readonly version: string;
}

/** MinIO is no longer maintained: this is its last commit. Its release tags are no versions that Go understands. */
export const storePrograms: Readonly<Record<StoreRepository['kind'], GoProgram>> = {
  minio: {
    name: 'minio',
    package: 'github.com/minio/minio',
    version: 'v0.0.0-20260212201848-7aac2a2c5b7c',
  },
  versitygw: {
    name: 'versitygw',
    package: 'github.com/versity/versitygw/cmd/versitygw',
    version: 'v1.8.0',
  },
};

/** Where dbctl puts a program on a host; `label` tells one version, or one file, from another. */
export const installedProgram = (kind: StoreRepository['kind'], label: string): string =>
  `/usr/local/lib/dbctl/${kind}-${label}`;

const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  riscv64: 'riscv64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
};

/** Go's word for what `uname -m` says; undefined for machines that nobody builds for. */
export const goArchitectureOf = (machine: string): string | undefined => architectures[machine];
