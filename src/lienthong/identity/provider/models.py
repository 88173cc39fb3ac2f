"""The tables: clients, authorization codes and consents. Access tokens stand in the library's own table, hashed.

Clients and codes take the place of the library's, whose fields they keep. What of those we never use (other flows,
CORS, documents as client ids) stays empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication, AbstractGrant, ApplicationManager

if TYPE_CHECKING:
    from oauthlib.common import Request

WORD_CHARACTERS: Final = 20
DIGEST_CHARACTERS: Final = 64
"""Of SHA-256 in hexadecimal digits."""


class SigningAlgorithm(models.TextChoices):
    """What ID tokens can be signed with. HS256 and `none` do not exist here."""

    RS256 = "RS256", "RS256"
    ES256 = "ES256", "ES256"


class Client(AbstractApplication):  # type: ignore[misc] # the library has no types
    """A site that may ask who signed in: always with a secret, always with PKCE, never another flow.

    `least_level` holds whatever a request says. `sector` decides which clients see the same `sub` for a person.
    `allowed_scopes` bounds what the client can ask for: the personal number only for those that were given it.
    """

    algorithm = models.CharField(max_length=5, choices=SigningAlgorithm, default=SigningAlgorithm.RS256)
    least_level = models.PositiveSmallIntegerField(default=1)
    sector = models.CharField(max_length=253)
    allowed_scopes = ArrayField(models.CharField(max_length=WORD_CHARACTERS), default=list)

    # A manager of its own: Django does not inherit one here, and the library's knows natural keys.
    objects: ClassVar[ApplicationManager] = ApplicationManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(least_level__in=(1, 2)), name="provider_client_level"),
            models.CheckConstraint(
                condition=Q(
                    client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
                    authorization_grant_type=AbstractApplication.GRANT_AUTHORIZATION_CODE,
                    algorithm__in=SigningAlgorithm.values,
                ),
                name="provider_client_code_flow",
            ),
        ]

    def __str__(self) -> str:
        return f"client {self.client_id}"

    def redirect_uri_allowed(self, uri: str) -> bool:
        """Compare as text (RFC 9700 section 4.1.3): the library also takes other queries and ports of loopback."""
        return uri in self.redirect_uris.split()

    def post_logout_redirect_uri_allowed(self, uri: str) -> bool:
        """Compare as text, as above."""
        return uri in self.post_logout_redirect_uris.split()

    def is_usable(self, request: Request) -> bool:
        """Every registered client is; one that shall not sign people in any more is removed."""
        del request
        return True


class AuthorizationCode(AbstractGrant):  # type: ignore[misc] # the library has no types
    """A code that was given, with how its person had signed in. Kept after use, so that a second use is seen.

    `code` holds the SHA-256 of the code, `access_checksum` that of the one access token it can turn into: drawn when
    the code is spent, in the same statement, so that a second use finds what to revoke.
    """

    signed_in_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField()
    methods = ArrayField(models.CharField(max_length=WORD_CHARACTERS))
    spent_at = models.DateTimeField(null=True)
    access_checksum = models.CharField(max_length=DIGEST_CHARACTERS, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["expires"], name="provider_code_expires")]
        constraints: ClassVar = [
            # A code without a challenge, or with one in clear text, cannot be stored.
            models.CheckConstraint(
                condition=Q(code_challenge_method="S256", code_challenge__regex=r"^[A-Za-z0-9_-]{43}$"),
                name="provider_code_s256",
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class Consent(models.Model):
    """What a person lets a client know. One row per pair; a further scope is asked for and added."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    client = models.ForeignKey(Client, models.CASCADE, related_name="consents")
    scopes = ArrayField(models.CharField(max_length=WORD_CHARACTERS))
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "client"], name="provider_one_consent"),
        ]

    def __str__(self) -> str:
        return f"consent of account {self.account_id} for client {self.client_id}"
