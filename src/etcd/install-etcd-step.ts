import { certificatesOf } from '../pki/inspect.ts';
import { readAuthority } from '../pki/read-authority.ts';
import type { Etcd } from '../model/etcd.ts';
import type { Cluster } from '../model/cluster.ts';
import { RefusedError } from '../model/errors.ts';
import { change, check, ensure, type Step } from '../engine/step.ts';
import { action, loneQuery, query, type Query } from '../host/command.ts';
import type { ReadableHost } from '../host/host.ts';
import { script, sh } from '../host/script.ts';
import { installedVersion, installPackage } from '../system/install-package.ts';
import { etcdFiles } from './etcd.ts';

/** Installs etcd. The package would start a member of its own. */
export const installEtcd = (): readonly Step[] => [
  keepPackageStill(),
  installPackage('etcd-server'),
  installPackage('etcd-client'),
  checkEtcdVersion(),
];

const packageUnit = 'etcd.service';

/** Where etcd is installed already, its own unit is somebody's, and stays as it is. */
const keepPackageStill = (): Step =>
  ensure('Keep the package from starting a member', change('unit.mask', `mask ${packageUnit}`, packageUnit), {
    isRight: async (host) => {
      const [installed, isMasked] = await Promise.all([
        host.ask(installedVersion('etcd-server')),
        host.ask(isUnitMasked(packageUnit)),
      ]);
      return installed !== undefined || isMasked;
    },
    apply: (host) => host.run(action(['systemctl', 'mask', '-q', '--', packageUnit])),
  });

const isUnitMasked = (unit: string): Query<boolean> =>
  query(sh('systemctl is-enabled -- "$1" 2>/dev/null || :', unit), (stdout) => stdout.trim() === 'masked');

/** Certificates name its root since 3.4. */
const checkEtcdVersion = (): Step =>
  check('Check the version of etcd', async (host) => {
    const version = await host.ask(installedVersion('etcd-server'));
    const [major = 0, minor = 0] = (version ?? '3.4').split('.').map((part) => Number.parseInt(part, 10));
    if (major > 3 || (major === 3 && minor >= 4)) return;
    throw new RefusedError({
      what: `etcd on ${host.name} is ${version}, and dbctl needs 3.4 or later`,
      next: ['name other hosts in ETCD_HOSTS, or upgrade the distribution of this one'],
    });
  });

/** Nobody else's etcd is touched: not one that listens there, and not one of another cluster of this name. */
export const checkForeignEtcd = (cluster: Cluster, etcd: Etcd, control: ReadableHost): Step =>
  check('Check that no other etcd is there', async (host) => {
    const { unit, authority, directory, data } = etcdFiles(cluster);
    const [listeners, own, trusted] = await Promise.all([
      host.ask(foreignListeners(unit, [etcd.clientPort, etcd.peerPort])),
      readAuthority(cluster, control),
      host.readFile(authority),
    ]);
    for (const { port, command, pid } of listeners)
      throw new RefusedError({
        what: `port ${port} of ${host.name} is taken by ${command} (pid ${pid})`,
        why: 'dbctl runs etcd in a unit of its own, and leaves the etcd of others as it is.',
        next: [
          `see whose it is, on ${host.name}: systemctl status ${pid}`,
          'name other hosts in ETCD_HOSTS, or other ports: ETCD_CLIENT_PORT, ETCD_PEER_PORT',
        ],
      });
    const known = certificatesOf(trusted?.content ?? '');
    if (known.length === 0 || known.some((one) => own?.trusted.some((pem) => pem.trim() === one.trim())))
      return;
    throw new RefusedError({
      what: `${host.name} has the etcd of another cluster that is called ${cluster.name}`,
      why: `${authority} is the CA of that cluster, and not the one on ${cluster.control.name}.`,
      next: [
        'give this cluster another CLUSTER_NAME, or name other hosts in ETCD_HOSTS',
        `if that cluster is gone, on ${host.name}: systemctl disable --now ${unit}; rm -r ${directory} ${data}`,
      ],
    });
  });

interface Listener {
  readonly port: string;
  readonly command: string;
  readonly pid: string;
}

const foreignListeners = (unit: string, ports: readonly number[]): Query<readonly Listener[]> => ({
  ...loneQuery(script('etcd/foreign-listeners.sh', unit, ...ports.map(String)), parseListeners, {}),
  isRepeated: true,
});

const parseListeners = (stdout: string): readonly Listener[] =>
  [...stdout.matchAll(/^(\d+) (.*) (\d+)$/gm)].map(([, port, command, pid]) => ({
    port: port!,
    command: command!,
    pid: pid!,
  }));
