"""What boto3 reads of the kinds of resources that populate_kinds makes, in every account and region.

Where moto has no call for a policy, the census must say that it is unread.
"""

import read_back_kinds_compute
import read_back_kinds_data
import read_back_kinds_databases
import read_back_kinds_listed
import read_back_kinds_messages
import read_back_kinds_shared
from populate import REGIONS

PARTS = [
    read_back_kinds_compute,
    read_back_kinds_data,
    read_back_kinds_databases,
    read_back_kinds_listed,
    read_back_kinds_messages,
    read_back_kinds_shared,
]


def read(back):
    """Adds the rows of one account to a ReadBack."""
    for region in REGIONS:
        for part in PARTS:
            part.read(back, region)
