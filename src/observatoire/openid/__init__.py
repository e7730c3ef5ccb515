"""A provider of identities: OpenID Connect Core 1.0, the authorization code flow with PKCE."""
