// The object store itself, as a service of the control host.

import { hostAndPort, isIpAddress } from '../model/address.ts';
import type { StoreRepository } from '../model/backup.ts';
import type { Cluster } from '../model/cluster.ts';
import { healthPath, storeFiles, storeUser } from './store.ts';
import { change, ensure, type Step } from '../engine/step.ts';
import type { ReadableHost } from '../host/host.ts';
import { render } from '../model/render.ts';
import { Secret } from '../model/secret.ts';
import { addressesOf } from '../system/resolve.ts';
import { environmentLine } from '../host/systemd.ts';
import { ensureCredential } from '../pki/credential-step.ts';
import { storeCredentialOf } from './credentials.ts';
import { ownFile, type OwnFile } from '../system/own-file.ts';
import { ensureService, serviceState, stopService } from '../system/service-step.ts';
import { storeProgramPath } from './store-program-step.ts';

const owner = `${storeUser}:${storeUser}`;
const privately = { owner, mode: 0o600 } as const;

/** Keeps the store running, with its credentials and its certificate as they are in .env.cluster and on disk. */
export function runStore(cluster: Cluster, store: StoreRepository, control: ReadableHost): readonly Step[] {
  const files = storeFiles(cluster, store.kind);
  const unitFile = `/etc/systemd/system/${files.unit}`;
  const secrets = secretFilesOf(cluster, store);
  return [
    ensureCredential(cluster, storeCredentialOf(cluster, store), control),
    ...secrets.map((file) => ownFile(`Write ${file.path.split('/').at(-1)}`, file)),
    ownFile("Write the store's unit", {
      path: unitFile,
      content: (host) => unitFor(cluster, store, host),
    }),
    ensureService(`Run ${store.kind}`, {
      unit: files.unit,
      startFiles: [unitFile, ...secrets.map(({ path }) => path)],
      reloadFiles: [files.certificate, files.key],
    }),
  ];
}

/** Each engine takes secrets in its own way; none of them in its arguments. */
function secretFilesOf(cluster: Cluster, store: StoreRepository): readonly OwnFile[] {
  const files = storeFiles(cluster, store.kind);
  const { user, password } = store.root;
  if (store.kind === 'minio') {
    return [
      { path: files.rootUser, content: user, ...privately },
      { path: files.rootPassword, content: password, ...privately },
    ];
  }
  const environment = [
    environmentLine('ROOT_ACCESS_KEY_ID', user.reveal()),
    environmentLine('ROOT_SECRET_ACCESS_KEY', password.reveal()),
    '',
  ].join('\n');
  const account = { access: store.accessKey.reveal(), secret: store.secretKey.reveal(), role: 'user' };
  const users = { accessAccounts: { [account.access]: { ...account, userID: 0, groupID: 0, projectID: 0 } } };
  return [
    { path: files.environment, content: new Secret(environment) },
    { path: `${files.iamDirectory}/users.json`, content: new Secret(JSON.stringify(users)), ...privately },
  ];
}

async function unitFor(cluster: Cluster, store: StoreRepository, host: ReadableHost): Promise<string> {
  const files = storeFiles(cluster, store.kind);
  const program = await storeProgramPath(store, host);
  const address = await listenAddress(store, host);
  const directories = [files.stateDirectory, files.data, files.iamDirectory];
  const [environment, words] = invocationOf(cluster, store, address);
  return render('etc/systemd/system/dbctl-store.service', {
    cluster: cluster.name,
    kind: store.kind,
    firewall_unit: files.firewallUnit,
    needed_files: secretFilesOf(cluster, store)
      .map(({ path }) => `AssertFileNotEmpty=${path}`)
      .join('\n'),
    state_directories: directories.map((path) => path.replace('/var/lib/', '')).join(' '),
    environment: environment.join('\n'),
    rules: files.firewall,
    program: [program, ...words].join(' '),
  });
}

type UnitLines = readonly string[];

function invocationOf(
  cluster: Cluster,
  store: StoreRepository,
  address: string,
): readonly [UnitLines, UnitLines] {
  const files = storeFiles(cluster, store.kind);
  const data = files.data;
  if (store.kind === 'minio') {
    const settings = {
      MINIO_ROOT_USER_FILE: files.rootUser,
      MINIO_ROOT_PASSWORD_FILE: files.rootPassword,
      MINIO_REGION_NAME: store.region,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      HOME: files.stateDirectory,
    };
    return [
      Object.entries(settings).map(([name, value]) => `Environment=${name}=${value}`),
      ['server', '--quiet', '--certs-dir', files.certificateDirectory, '--address', address, data],
    ];
  }
  return [
    [`EnvironmentFile=${files.environment}`],
    [
      ...['--quiet', '--keep-alive', '--port', address, '--region', store.region],
      ...['--cert', files.certificate, '--key', files.key],
      ...['--iam-dir', files.iamDirectory, '--health', healthPath.versitygw],
      ...['posix', data],
    ],
  ];
}

/** The endpoint's own address; a name that the host takes for itself alone means all addresses, behind the firewall. */
async function listenAddress({ host: endpoint, port }: StoreRepository, host: ReadableHost): Promise<string> {
  if (isIpAddress(endpoint)) return hostAndPort({ host: endpoint, port });
  const found = await host.ask(addressesOf([endpoint]));
  const [address] = found.some((each) => each.startsWith('127.') || each === '::1') ? [] : found;
  return address === undefined ? `:${port}` : hostAndPort({ host: address, port });
}

/** Stops a store of the other kind, unless backups are still moving away from it. What it keeps stays where it is. */
export function stopFormerStore(cluster: Cluster, store: StoreRepository): Step {
  const former = store.kind === 'minio' ? 'versitygw' : 'minio';
  const isNeeded = cluster.backup?.movingFrom?.repository.kind === former;
  const { unit, data } = storeFiles(cluster, former);
  const what = change('unit.stop', `stop ${unit} (its objects stay in ${data})`, unit);
  return ensure(`Stop ${former}, which is not used any more`, what, {
    async isRight(host) {
      const { isActive, isEnabled } = await host.ask(serviceState(unit));
      return isNeeded || !(isActive || isEnabled);
    },
    apply: (host) => host.run(stopService(unit)),
  });
}
