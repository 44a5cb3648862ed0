from tests.house import House
def test_x(house: House):
    house.card(customer_import_from_shopify="With Order Import")
    house.customer(7101)
    house.order(5001, email="jean7101@example.fr", customer=7101)
    run = house.sync("products","customers","orders")
    print(run, house.parked(), house.link("customers",7101), house.documents(5001)[0]["customerNumber"])
    assert 0
