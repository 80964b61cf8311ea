# keyring
path "transit/rewrap/sceau-class-health-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "ciphertext" = []
    "context" = []
    "batch_input" = []
  }
}
path "transit/rewrap/sceau-person-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "ciphertext" = []
    "context" = []
    "batch_input" = []
  }
}
path "transit/keys/sceau-person-2026-abcdefghijklmnop" {
  capabilities = ["read"]
}
path "transit/keys/sceau-person-2026-abcdefghijklmnop/rotate" {
  capabilities = ["update"]
  denied_parameters = {
    "*" = []
  }
}
path "transit/keys/sceau-person-2026-abcdefghijklmnop/config" {
  capabilities = ["update"]
  allowed_parameters = {
    "min_decryption_version" = []
    "min_encryption_version" = []
  }
}
path "transit/keys/sceau-person-2026-abcdefghijklmnop/trim" {
  capabilities = ["update"]
  allowed_parameters = {
    "min_available_version" = []
  }
}
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}
