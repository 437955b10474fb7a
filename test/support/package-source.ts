// Packages for hosts that have no way out: made anew of the files that a host has, and offered there as a mirror does.

/**
 * A line of shell that offers these installed packages in /srv/repo, which is made a source of the host's; with their own
 * scripts, so that installing one does all that it does elsewhere.
 */
export const offered = (...packages: readonly string[]): string => `set -e
  mkdir -p /srv/repo; cd /srv/repo
  for name in ${packages.join(' ')}; do
    mkdir -p "$name/DEBIAN"
    dpkg -L "$name" | while read -r f; do if [ ! -d "$f" ] && [ -e "$f" ]; then cp --parents -a "$f" "$name"; fi; done
    dpkg-query -s "$name" | grep -vE '^(Status|Conffiles:| /)' > "$name/DEBIAN/control"
    for script in preinst postinst prerm postrm config templates; do
      if [ -e "/var/lib/dpkg/info/$name.$script" ]; then cp -a "/var/lib/dpkg/info/$name.$script" "$name/DEBIAN/$script"; fi
    done
    dpkg-deb -Znone -b "$name" "$name.deb" >/dev/null
    { cat "$name/DEBIAN/control"; echo "Filename: ./$name.deb"; echo "Size: $(stat -c %s "$name.deb")"
      echo "SHA256: $(sha256sum "$name.deb" | cut -d' ' -f1)"; echo; } >> Packages
  done
  echo 'deb [trusted=yes] file:/srv/repo ./' > /etc/apt/sources.list.d/repo.list
  rm -f /var/lib/apt/lists/*_Packages`;

/** Reads the lists of that source alone: the mirror of a lab's hosts is out of reach, and asked for a while. */
export const readOffered =
  'apt-get -q update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/repo.list -o Dir::Etc::sourceparts=-';
