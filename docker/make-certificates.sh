#!/bin/sh
# Certificates for mTLS between Medcode and the proxy in front of vLLM, from a CA that is for nothing else.
#
#   docker/make-certificates.sh [FOLDER [NAME…]]
#
# FOLDER is docker/secrets/llm unless given; each NAME is a host name or IPv4 address by which Medcode calls a proxy
# (llm-proxy unless given). Run it again to renew server and client: the CA stays, so neither has to wait for the other.
#
#   FOLDER/ca      the CA's key. Keep it off the servers once the certificates are made.
#   FOLDER/proxy   ca.pem, server.pem, server.key: for the proxy
#   FOLDER/client  ca.pem, client.pem, client.key, api_key: for Medcode; api_key for vLLM too
set -eu
umask 077

folder=${1:-"$(dirname "$0")/secrets/llm"}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- llm-proxy
server_days=397
ca_days=3650

mkdir -p "$folder/ca" "$folder/proxy" "$folder/client"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

# sign NAME SUBJECT USAGE EXTENSIONS
sign() {
    key "$work/$1.key"
    openssl req -new -key "$work/$1.key" -subj "/CN=$2" -out "$work/$1.csr"
    {
        echo "basicConstraints=critical,CA:FALSE"
        echo "keyUsage=critical,digitalSignature"
        echo "extendedKeyUsage=$3"
        echo "subjectKeyIdentifier=hash"
        echo "authorityKeyIdentifier=keyid"
        [ -z "${4:-}" ] || echo "$4"
    } >"$work/$1.ext"
    openssl x509 -req -in "$work/$1.csr" -CA "$folder/ca/ca.pem" -CAkey "$folder/ca/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
        -days "$server_days" -sha256 -extfile "$work/$1.ext" -out "$work/$1.pem" 2>/dev/null
}

if [ ! -f "$folder/ca/ca.key" ]; then
    key "$folder/ca/ca.key"
    openssl req -x509 -new -key "$folder/ca/ca.key" -sha256 -days "$ca_days" -subj "/CN=Medcode model server CA" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -out "$folder/ca/ca.pem"
fi

names=""
for name in "$@"; do
    case $name in
        *[!0-9.]*) names="$names,DNS:$name" ;;
        *) names="$names,IP:$name" ;;
    esac
done
sign server "$1" serverAuth "subjectAltName=${names#,}"
sign client medcode clientAuth

mv "$work/server.pem" "$work/server.key" "$folder/proxy/"
mv "$work/client.pem" "$work/client.key" "$folder/client/"
cp "$folder/ca/ca.pem" "$folder/proxy/ca.pem"
cp "$folder/ca/ca.pem" "$folder/client/ca.pem"
[ -f "$folder/client/api_key" ] || openssl rand -hex 32 >"$folder/client/api_key"

# In the containers these are read by users of other numbers (Medcode's is 10001); on the host the folder lets nobody in.
chmod 755 "$folder/proxy" "$folder/client"
chmod 644 "$folder/proxy/"* "$folder/client/"*
chmod 700 "$folder"
echo "Made $folder/proxy and $folder/client, valid for $server_days days, for: $*"
