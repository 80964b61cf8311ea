# intake
path "transit/encrypt/sceau-class-health-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "plaintext" = []
    "context" = []
    "batch_input" = []
  }
}
path "transit/encrypt/sceau-person-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "plaintext" = []
    "context" = []
    "batch_input" = []
  }
}
path "transit/decrypt/sceau-class-identity-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "ciphertext" = []
    "context" = []
    "batch_input" = []
  }
}
path "transit/hmac/sceau-index-ine-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "input" = []
    "batch_input" = []
  }
}
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}

# health, one item a request
path "transit/decrypt/sceau-class-health-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "ciphertext" = []
    "context" = []
  }
}
path "transit/decrypt/sceau-person-*" {
  capabilities = ["update"]
  allowed_parameters = {
    "ciphertext" = []
    "context" = []
  }
}
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}

# trace-write, one item a request
path "transit/encrypt/sceau-trace-day" {
  capabilities = ["update"]
  allowed_parameters = {
    "plaintext" = []
    "context" = []
  }
}
path "transit/decrypt/sceau-trace-day" {
  capabilities = ["update"]
  allowed_parameters = {
    "ciphertext" = []
    "context" = []
  }
}
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}

# publish, one item a request
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/renew-self" {
  capabilities = ["update"]
}

