"""Every row belongs to one community, and so does all that it points at.

Said three times: by the form (``clean``), and by the database (``tenancy_triggers``), for whoever
writes without a form. The back office offers nothing else (``back_office``).
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class OfCommunity(models.Model):
    """A row of one community."""

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raises ValidationError when it points at something of another community."""
        super().clean()
        community = getattr(self, "community_id", None)
        wrong = [
            field
            for field in links_of(type(self))
            if community is not None
            and getattr(self, field.attname) is not None
            and getattr(self, field.name).community_id != community
        ]
        if wrong:
            names = ", ".join(str(field.verbose_name) for field in wrong)
            raise ValidationError(_("%(fields)s: of another community"), params={"fields": names})


def is_tenant(model: type[models.Model]) -> bool:
    return any(field.name == "community" and field.many_to_one for field in model._meta.fields)


def links_of(model: type[models.Model]) -> list[models.ForeignKey]:
    """Its fields that point at rows which belong to a community themselves."""
    return [
        field
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and field.name != "community"
        and is_tenant(field.related_model)
    ]


def held_by(rows: Iterable[models.Model]) -> list[str]:
    """What hangs on the rows and keeps them from being deleted: ``Bills: 1,800``. Counts only."""
    rows = list(rows)
    found = []
    for relation in rows[0]._meta.get_fields(include_hidden=True) if rows else ():
        if not relation.auto_created or relation.concrete or relation.many_to_many:
            continue
        if relation.on_delete is not models.PROTECT:
            continue
        hanging = relation.related_model._base_manager.filter(
            **{f"{relation.field.name}__in": [row.pk for row in rows]}
        )
        if count := hanging.count():
            found.append(f"{relation.related_model._meta.verbose_name_plural}: {count:,}")
    return found
