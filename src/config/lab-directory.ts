// What `dbctl lab` takes from the environment: where labs live, which mirror they come from, and who called sudo.

const directorySetting = 'DBCTL_LAB_DIR';
const mirrorSetting = 'DBCTL_LAB_MIRROR';

export interface LabEnvironment {
  /** Where images and hosts' disks are kept; must not be on an overlay file system. */
  readonly root: string;
  /** A Debian mirror to use instead of the one in the machine's own APT sources. */
  readonly mirror: string | undefined;
  /** The person behind sudo: the written files belong to them. Undefined without sudo. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** Reads `DBCTL_LAB_DIR` (default /var/lib/dbctl-lab), `DBCTL_LAB_MIRROR` and sudo's `SUDO_UID` and `SUDO_GID`. */
export function labEnvironment(env: NodeJS.ProcessEnv = process.env): LabEnvironment {
  const uid = Number.parseInt(env['SUDO_UID'] ?? '', 10);
  const gid = Number.parseInt(env['SUDO_GID'] ?? '', 10);
  return {
    root: env[directorySetting] || '/var/lib/dbctl-lab',
    mirror: env[mirrorSetting] || undefined,
    owner: Number.isNaN(uid) || Number.isNaN(gid) ? undefined : { uid, gid },
  };
}
