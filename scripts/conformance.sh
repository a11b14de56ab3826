#!/bin/sh
# OGC's own test kit for SensorThings (ets-sta10 1.5, from Maven Central) against a home of its own. Needs mvn and java.
# The kit reads a number by getString, which org.json refuses since 2010: an org.json of 2009 stands in its place.
set -eu
folder=$(mktemp -d)
port=${1:-8199}
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cat > "$folder/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>toimiva</groupId><artifactId>conformance</artifactId><version>1</version><dependencies>
<dependency><groupId>org.opengis.cite</groupId><artifactId>ets-sta10</artifactId><version>1.5</version></dependency>
<dependency><groupId>org.json</groupId><artifactId>json</artifactId><version>20090211</version></dependency>
</dependencies></project>
POM
mvn -q -B -f "$folder/pom.xml" dependency:copy-dependencies -DoutputDirectory="$folder/lib"
TOIMIVA_HOME="$folder/home" .venv/bin/toimiva serve --port "$port" >"$folder/log" 2>&1 &
server=$!
.venv/bin/python scripts/conformance.py "$folder" "http://localhost:$port/sta/v1.1/"
