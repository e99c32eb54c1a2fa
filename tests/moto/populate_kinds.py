"""Something of every further kind of resource that moto has, in one account, in both regions.

    from populate_kinds import populate
    populate(aws, "eu-west-1", number, account_id)

Of each kind there are two or three: one without a policy, and others open to everyone, to an account outside, or to
their own account, as far as the kind can be.
"""

import populate_kinds_compute
import populate_kinds_data
import populate_kinds_databases
import populate_kinds_listed
import populate_kinds_messages
import populate_kinds_shared

# The number of the account that has them: rows of another account would be seen at once.
KINDS_IN = 1
PARTS = [
    populate_kinds_compute,
    populate_kinds_data,
    populate_kinds_databases,
    populate_kinds_listed,
    populate_kinds_messages,
    populate_kinds_shared,
]


def populate(aws, region, number, account_id):
    if number == KINDS_IN:
        for part in PARTS:
            part.populate(aws, region, account_id)
    if number == 0:
        populate_kinds_listed.hsm(aws, region)
