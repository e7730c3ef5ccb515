# Shared by the scripts: messages, packages, virtual environment, private PostGIS cluster.
# shellcheck shell=bash
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
export PYTHONUNBUFFERED=1

say() { printf '\033[1m→ %s\033[0m\n' "$*"; }
fail() { printf 'Échec : %s\n' "$*" >&2; exit 1; }

as_root() { # runs a command as root, through sudo when the caller is not root
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "il faut être root ou disposer de sudo pour : $*"; fi
}

APT_UPDATED=
quietly() { # quietly COMMAND… : its output is shown only when it fails
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || { status=$?; tail -n 20 "$log" >&2; }
  rm -f "$log"
  return $status
}

apt_install() { # apt_install REASON PACKAGE…
  local reason=$1; shift
  command -v apt-get >/dev/null || fail "$reason : installez $* puis relancez (apt-get est absent de cette machine)."
  say "Installation de $* ($reason)"
  if [ -z "$APT_UPDATED" ]; then
    quietly as_root apt-get update -q || fail "$reason : « apt-get update » ne répond pas ; vérifiez le réseau puis relancez."
    APT_UPDATED=1
  fi
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
    || fail "$reason : l'installation a échoué ; essayez « sudo apt-get install $* » et lisez son message."
}

find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
  return 1
}

pip_progress() { # counts the libraries as pip takes them; shows its errors
  awk '/^(Collecting|Requirement already)/ { if (++n % 10 == 0) { printf "\r  %d bibliothèques", n; fflush() } next }
       /^Installing collected/ { printf "\r  %d bibliothèques, installation…\n", n; fflush(); next }
       /ERROR|error/ { print; fflush() }'
}

ensure_venv() { # ensure_venv LOCK : .venv holds exactly what the lock names
  local lock=$1 python stamp
  stamp=.venv/.installed-$(basename "$lock")-$(sha256sum "$lock" pyproject.toml | sha256sum | cut -c1-16)
  [ -e "$stamp" ] && return
  if ! python=$(find_python); then
    apt_install "Python ≥ 3.11" python3 python3-venv
    python=$(find_python) || fail "Python 3.11, 3.12 ou 3.13 est nécessaire ; cette distribution n'en propose pas."
  fi
  say "Environnement Python ($lock)"
  if [ ! -x .venv/bin/python ]; then
    "$python" -m venv .venv 2>/dev/null || { rm -rf .venv; apt_install "module venv de Python" python3-venv; "$python" -m venv .venv; }
  fi
  .venv/bin/python -m pip install --disable-pip-version-check --no-deps --require-hashes --progress-bar off \
    -r "$lock" 2>&1 | pip_progress \
    || fail "les bibliothèques de $lock n'ont pas pu être installées ; vérifiez l'accès de pip au réseau puis relancez."
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . \
    || fail "le projet n'a pas pu être installé dans .venv."
  touch "$stamp"
}

pg_bin() { # the newest PostgreSQL of the distribution that has PostGIS
  local folder
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn); do
    if [ -x "$folder/initdb" ] && [ -e "/usr/share/postgresql/$(basename "$(dirname "$folder")")/extension/postgis.control" ]; then
      echo "$folder"; return
    fi
  done
  return 1
}

ensure_postgis() {
  pg_bin >/dev/null && return
  # postgresql-common would create and start a cluster of its own: leave that choice to the machine's owner.
  local version=
  if [ -z "$APT_UPDATED" ]; then
    say "Lecture de la liste des paquets"
    quietly as_root apt-get update -q || true
    APT_UPDATED=1
  fi
  version=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | sed -E 's/^postgresql-([0-9]+)-.*/\1/' | sort -rn | head -n1)
  [ -n "$version" ] || fail "PostGIS est introuvable dans les paquets de cette distribution ; ou indiquez un serveur par OBSERVATOIRE_DATABASE_URL."
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  apt_install "base de données" "postgresql-$version" "postgresql-$version-postgis-3" "postgresql-$version-postgis-3-scripts"
  pg_bin >/dev/null || fail "PostgreSQL est installé mais initdb ou PostGIS reste introuvable sous /usr/lib/postgresql."
}

# ---- private cluster. The server refuses root: as root it runs as the system user postgres.
as_server() { # from /, since the server's user may not enter the clone
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}
server_user() { if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi; }
can_traverse() { as_server test -x "$1"; }

cluster_home() { # cluster_home WANTED : WANTED, or a traversable fallback when the server's user cannot reach it
  local wanted=$1 parent
  parent=$(dirname "$wanted")
  mkdir -p "$parent"
  if can_traverse "$parent" && [ "${#wanted}" -lt 85 ]; then echo "$wanted"; return; fi
  echo "/var/lib/observatoire/$(printf '%s' "$wanted" | sha256sum | cut -c1-12)"
}

cluster_create() { # cluster_create HOME : initdb with peer authentication through the socket only
  local home=$1 bin
  bin=$(pg_bin)
  if [ -e "$home/data/PG_VERSION" ]; then return; fi
  say "Création de la base privée"
  as_root mkdir -p "$home"
  as_root chown "$(server_user)" "$home"
  as_root chmod 700 "$home"
  as_server "$bin/initdb" -D "$home/data" -U obs -A peer --no-locale -E UTF8 --data-checksums >/dev/null
  as_server sh -c "cat > '$home/data/pg_hba.conf'" <<HBA
local all all peer map=observatoire
HBA
  as_server sh -c "cat > '$home/data/pg_ident.conf'" <<IDENT
observatoire $(id -un) obs
observatoire $(server_user) obs
IDENT
  as_server sh -c "cat >> '$home/data/postgresql.conf'" <<CONF
listen_addresses = ''
unix_socket_directories = '$home'
shared_buffers = '512MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
max_wal_size = '2GB'
timezone = 'UTC'
log_statement = 'none'
log_min_error_statement = 'panic'
log_parameter_max_length_on_error = 0
log_min_messages = 'fatal'
log_error_verbosity = 'terse'
CONF
}

cluster_start() { # cluster_start HOME [server options]
  local home=$1 bin
  bin=$(pg_bin)
  if as_server "$bin/pg_ctl" -D "$home/data" status >/dev/null 2>&1; then return; fi
  as_server "$bin/pg_ctl" -D "$home/data" -l "$home/log" -o "${2:-}" -w -t 60 start >/dev/null \
    || fail "la base privée ne démarre pas ; lisez $home/log."
}

cluster_stop() { as_server "$(pg_bin)/pg_ctl" -D "$1/data" -m fast -w stop >/dev/null 2>&1 || true; }

cluster_database() { # cluster_database HOME NAME
  local home=$1 name=$2 bin
  bin=$(pg_bin)
  if [ "$("$bin/psql" -h "$home" -U obs -d postgres -Atc "select 1 from pg_database where datname = '$name'")" != 1 ]; then
    "$bin/createdb" -h "$home" -U obs "$name"
  fi
}

cluster_url() { echo "postgresql://obs@/$2?host=$1"; }

ensure_oidc_provider() { # the certified provider of identities of the complete tests; its test is skipped without Node.js
  command -v npm >/dev/null || { say "npm absent : l'essai avec un fournisseur d'identité certifié sera sauté"; return; }
  stamp=.oidc-provider/.installed-$(cat tests/data/oidc-provider/* | sha256sum | cut -c1-16)
  [ -e "$stamp" ] && return
  rm -rf .oidc-provider
  cp -r tests/data/oidc-provider .oidc-provider
  (cd .oidc-provider && npm ci --no-audit --no-fund --loglevel=error) \
    || fail "oidc-provider n'a pas pu être installé dans .oidc-provider ; vérifiez l'accès de npm au réseau puis relancez."
  touch "$stamp"
}

ensure_addok() { # the real geocoder of the complete tests: .addok/ with its own lock, and a Redis server
  command -v redis-server >/dev/null || apt_install "index d'addok, pour les tests complets" redis-server
  local stamp
  stamp=.addok/.installed-$(sha256sum requirements-addok.lock | cut -c1-16)
  [ -e "$stamp" ] && return
  say "Environnement d'addok (requirements-addok.lock)"
  rm -rf .addok
  "$(find_python)" -m venv .addok
  .addok/bin/python -m pip install --disable-pip-version-check --no-deps --require-hashes --progress-bar off \
    -r requirements-addok.lock 2>&1 | pip_progress \
    || fail "addok n'a pas pu être installé dans .addok ; vérifiez l'accès de pip au réseau puis relancez."
  touch "$stamp"
}
