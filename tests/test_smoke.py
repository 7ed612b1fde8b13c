def test_a_term_is_read(county):
    r = county.get("/terms/digital-mognad")
    assert r.status_code == 200


def test_a_proposal(county):
    by = county.token("2281")
    g = county.get("/guidelines/gemensamt-sprak").json()
    c = g["content"]
    c["provisions"][3]["text"]["sv"] = c["provisions"][3]["text"]["sv"].replace(
        "Större ändringar", "Större förändringar"
    )
    body = {
        "target": {"type": "guideline", "id": "gemensamt-sprak"},
        "action": "amend",
        "baseVersion": "1.0",
        "changeKind": "minor",
        "title": "t",
        "reason": "r",
        "content": c,
    }
    r = county.send("POST", "/proposals", body, by)
    assert r.status_code == 201, r.text
    p = r.json()
    assert county.get(f"/proposals/{p['id']}").status_code == 404
    r = county.send("POST", f"/proposals/{p['id']}/transitions", {"action": "submit"}, by, if_match='"1"')
    assert r.status_code == 200, r.text
    ce = county.token("22", "county_editor")
    r = county.send(
        "POST",
        f"/proposals/{p['id']}/decision",
        {
            "outcome": "approved",
            "body": "L",
            "decidedOn": "2026-11-24",
            "reason": "ok",
            "inForceFrom": "2026-11-24",
            "override": {"reason": "brådskande"},
        },
        ce,
        if_match=r.headers["etag"],
    )
    assert r.status_code == 201, r.text
    print(r.json(), r.headers)
    d = county.get("/guidelines/gemensamt-sprak/versions/1.1/diff").json()
    print(d)
    assert county.get("/guidelines/gemensamt-sprak").json()["currentVersion"] == "1.1"
    assert d["changes"][0]["segments"]
