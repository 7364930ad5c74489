"""公告: community news that kiosks show while nobody pays."""

from django.db import models

from server.estate.models import Community
from server.estate.tenancy import OfCommunity


class Notice(OfCommunity):
    """Shown from ``show_from`` to ``show_until``, both days included."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name="小区 Community", related_name="notices"
    )
    title_zh = models.CharField("标题 Title (中文)", max_length=60)
    title_en = models.CharField("Title (English)", max_length=100)
    body_zh = models.TextField("正文 Body (中文)")
    body_en = models.TextField("Body (English)")
    show_from = models.DateField("开始 From")
    show_until = models.DateField("结束 Until")

    class Meta:
        verbose_name = "公告 Notice"
        verbose_name_plural = "公告 Notices"
        ordering = ["community", "-show_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(show_until__gte=models.F("show_from")),
                name="notice_ends_after_it_begins",
                violation_error_message="结束日期早于开始日期 It ends before it begins",
            )
        ]

    def __str__(self) -> str:
        return self.title_zh
