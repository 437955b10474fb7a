// 2 GB for a primary to hold, or a multiple of it: half of it pgbench's tables, which compress very well, half of it random bytes, which do not.

const psql = 'cd / && runuser -u postgres -- psql -XAtqw -v ON_ERROR_STOP=1';

const randomBytes = (times) => `
create table filler (id int, bytes bytea);
alter table filler alter bytes set storage external;
insert into filler select g, pg_read_binary_file('/dev/urandom', 0, 7900) from generate_series(1, ${Math.round(122000 * times)}) g;
checkpoint;
`;

export async function fill(lab, host, times = 1) {
  await lab.ssh(
    host,
    `cd / && runuser -u postgres -- $(ls /usr/lib/postgresql/*/bin/pgbench) -qi -s ${Math.round(67 * times)} -I dtGvp postgres`,
  );
  await lab.ssh(host, psql, { input: randomBytes(times) });
}
