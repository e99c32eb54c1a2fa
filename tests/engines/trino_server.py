"""A real Trino server as one of the engines, started by scripts/trino for the time of a test."""

import functools
import importlib.machinery
import importlib.util
import os
import pathlib
import socket

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "trino"
COLUMNS = "SELECT table_name, column_name, type_name, remarks FROM system.jdbc.columns WHERE table_schem ="
SCALARS = {"string": "varchar", "int": "integer", "timestamp": "timestamp(3)"}


def trino_type(manifest_type):
    """Athena's word for a type in Trino's."""
    if "<" not in manifest_type:
        return SCALARS.get(manifest_type, manifest_type)
    outer, inner = manifest_type.removesuffix(">").split("<", 1)
    return f"{outer}({', '.join(trino_type(it) for it in inner.split(',', 1))})"


class Trino:
    name = "Trino"

    def __init__(self, ours, folder):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        os.environ |= {"TRINO_HOME": str(folder / "trino"), "TRINO_PORT": str(port), "ORGCENSUS": str(ours.binary)}
        loader = importlib.machinery.SourceFileLoader("trino", str(SCRIPT))
        self.script = importlib.util.module_from_spec(importlib.util.spec_from_loader("trino", loader))
        loader.exec_module(self.script)
        self.lake, self.metastore = str(ours.lake), folder / "trino" / "metastore"

    def __enter__(self):
        self.script.start()
        try:
            self.script.load(self.lake)
        except BaseException:
            self.script.stop()
            raise
        return self

    def __exit__(self, *_):
        self.script.stop()

    def rows(self, sql):
        """Rows with their values as the other engines have them."""
        types, found = {}, []
        for page in self.script.pages(sql):
            types = {it["name"]: it["type"] for it in page.get("columns") or []} or types
            found += page.get("data") or []
        return [{name: self.plain(types[name], cell) for name, cell in zip(types, row)} for row in found]

    @staticmethod
    def plain(trino_type, cell):
        if cell is None:
            return None
        if trino_type.startswith("timestamp"):
            return cell.replace(" ", "T") + "Z"
        if trino_type.startswith("decimal") or trino_type == "double":
            return round(float(cell), 9)
        return cell

    @functools.cache
    def columns(self, database):
        """The types and comments of all tables' columns: one statement instead of hundreds."""
        tables = {}
        for it in self.script.rows(f"{COLUMNS} '{database}' ORDER BY ordinal_position"):
            tables.setdefault(it["table_name"], {})[it["column_name"]] = it["type_name"], it["remarks"]
        return tables

    def types(self, table):
        return {name: it[0] for name, it in self.columns("orgcensus")[table].items()}

    def comments(self, table):
        return {name: it[1] for name, it in self.columns("orgcensus_history")[table].items()}

    def expected(self, manifest_type):
        return trino_type(manifest_type)
