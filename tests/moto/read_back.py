"""What boto3 reads of one account, as rows of the census' tables: {table: [{column: value}]}.

Other calls than the census makes are used where there are any, so that a misunderstanding is not shared.
A new service needs no line here or in the other read_back files, unless moto has it and someone wants it compared.
"""

import read_back_kinds
from read_back_iam import Iam
from read_back_regions import Regions
from read_back_s3 import S3


class ReadBack(Iam, S3, Regions):
    """Reads one account."""

    def all(self):
        self.iam(self.aws.client("iam"))
        self.buckets()
        self.regions()
        read_back_kinds.read(self)
        return self.rows
