"""What surrounds an app in Azure that has an identity and no keys, on loopback addresses.

`endpoint` hands out tokens, `storage_door` takes them in front of the storage emulator, which cannot, `names` leads
Azure's host names here, and `certificate` makes what TLS needs. So the app runs with its settings of Azure, unchanged:
the azure-identity package, the SDKs' rule of HTTPS for tokens, and addresses such as
https://ACCOUNT.table.core.windows.net. Never deployed.
"""
