"""Three hundred customers in six parts of town."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from portal.accounts.models import Area
from portal.core import clock
from portal.core.access import SYSTEM
from portal.customers import actions, phones
from portal.customers.models import Customer, CustomerClass

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = ("伟", "芳", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "超", "明", "霞", "秀英", "桂兰", "建华",
         "文博", "雨桐", "子涵", "思远", "佳怡", "国强", "志远", "晓东", "玉兰", "海燕", "春梅", "立群")
ESTATES = {
    "浦东": ("锦绣里", "御景湾", "东方花园", "金桥新苑"), "静安": ("和平坊", "静安豪景"), "普陀": ("中远两湾城", "长风景畔"),
    "徐汇": ("天平苑", "梧桐里", "龙华新村"), "闵行": ("春申里", "莘庄名苑"), "长宁": ("虹桥嘉苑", "新华公寓"), "宝山": ("顾村佳园", "大华锦绣"),
}
LAYOUTS = (("一室", 52), ("两室", 76), ("两室", 89), ("三室", 112), ("三室", 118), ("四室", 146))
ACCESS = ("东门登记，报房号", "门禁按房号呼叫", "楼下停车位紧张，停北门", "进门穿鞋套，家里有老人", "家中有一只狗，先打电话", "")
PREFERENCE = ("短信，不要中午 12–14 点来电", "电话，晚上六点以后", "微信联系", "")
CLASSES = [CustomerClass.NORMAL] * 7 + [CustomerClass.CONTRACT] * 2 + [CustomerClass.KEY]


def make(rng: Random, areas: list[Area], number: int = 300) -> list[Customer]:
    """Customers with one or two homes, one in eight with a second caller."""
    return [_customer(rng, areas, i) for i in range(number)]


def _customer(rng: Random, areas: list[Area], i: int) -> Customer:
    surname, given = rng.choice(SURNAMES), rng.choice(GIVEN)
    mobile = phones.parse(f"1{rng.choice((33, 35, 37, 38, 39, 50, 51, 52, 58, 59, 77, 86, 87, 88))}{rng.randrange(10**8):08d}")
    customer = actions.create(
        surname + given, [mobile], _home(rng, rng.choice(areas)), by=SYSTEM, class_=rng.choice(CLASSES),
        salutation=surname + rng.choice(("先生", "女士")), preference=rng.choice(PREFERENCE),
    )
    if rng.random() < 0.2:
        actions.add_site(customer, by=SYSTEM, **_home(rng, rng.choice(areas)))
    if rng.random() < 0.12:
        landline = phones.parse(f"021{rng.randrange(50_000_000, 69_999_999)}")
        actions.add_phone(customer, landline, by=SYSTEM, caller=surname + "阿姨", site=customer.sites[0])
    return customer


def _home(rng: Random, area: Area) -> dict:
    layout, size = rng.choice(LAYOUTS)
    handover = date(2016, 3, 1) + timedelta(days=rng.randrange(3400))
    return {
        "region_code": area.regions.split()[0], "estate": rng.choice(ESTATES[area.name]), "area_id": area.id,
        "detail": f"{rng.randrange(1, 30)} 幢 {rng.randrange(1, 19)}0{rng.randrange(1, 5)}", "layout": layout, "size": size,
        "access_notes": rng.choice(ACCESS), "handover_on": handover,
        "warranty_until": handover + timedelta(days=730) if handover > clock.today() - timedelta(days=730) else None,
    }
