"""The columns of official files in their published order, as they stand in the files of 2025."""

from __future__ import annotations

EES_HEAD = (
    "time_period|time_identifier|geographic_level|country_code|country_name|region_code|region_name|new_la_code|old_la_code|la_name|"
    "breakdown_topic|breakdown"
).split("|")
CASELOAD = (
    "ehcplans|mainstream_la_maintained|mainstream_la_maintained_resourced_provision|mainstream_la_maintained_senunit|"
    "mainstream_academy|mainstream_academy_resourced_provision|mainstream_academy_senunit|mainstream_free_school|"
    "mainstream_free_school_resourced_provision|mainstream_free_school_senunit|mainstream_independent|mainstream_total|"
    "mainstream_total_pc|special_la_maintained|special_academy_free|special_independent|special_non_maintained|"
    "special_total|special_total_pc|ap_pru_academy|ap_pru_free_school|ap_pru_la_maintained|ap_pru_total|AP_PRU_total_pc|"
    "general_fe_tertiary_colleges|specialist_post_16_institutions|ukrlp_provider|fe_total|fe_total_pc|"
    "elective_home_education|other_arrangements_la|other_arrangements_parents|online_provider|w_settings|other_schools|"
    "other_placement_settings|neet|neet_ntci|neet_other|neet_other_csa|ed_elsewhere|ed_elsewhere_pc|nm_early_years|"
    "nm_early_years_pc|placement_unknown|placement_unknown_pc|await_prov_2022|perm_ex_2022"
).split("|")
NEW_PLANS = (
    "new_ehc_plans|mainstream_la_maintained|mainstream_la_maintained_resourced_provision|mainstream_la_maintained_senunit|"
    "mainstream_academy|mainstream_academy_resourced_provision|mainstream_academy_senunit|mainstream_free_school|"
    "mainstream_free_school_resourced_provision|mainstream_free_school_senunit|mainstream_independent|mainstream_total|"
    "mainstream_total_pc|special_la_maintained|special_academy_free|special_independent|special_non_maintained|"
    "special_total|special_total_pc|ap_pru_academy|ap_pru_free_school|ap_pru_la_maintained|ap_pru_total|AP_PRU_total_pc|"
    "general_fe_tertiary_colleges|specialist_post_16_institutions|ukrlp_provider|fe_total|fe_total_pc|"
    "elective_home_education|other_arrangements_la|other_arrangements_parents|online_provider|w_settings|other_schools|"
    "other_placement_settings|neet|neet_ntci|neet_other|neet_other_csa|ed_elsewhere|ed_elsewhere_pc|nm_early_years|"
    "nm_early_years_pc|placement_unknown|placement_unknown_pc|await_prov_2022|perm_ex_2022"
).split("|")
NEEDS = (
    "ehc_plans|number_asd|number_hi|number_mld|number_msi|number_oth|number_pd|number_pmld|number_semh|number_slcn|"
    "number_sld|number_spld|number_vi|number_need_unknown|asd_pc|hi_pc|mld_pc|msi_pc|oth_pc|pd_pc|pmld_pc|semh_pc|slcn_pc|"
    "sld_pc|spld_pc|vi_pc|unknown_pc"
).split("|")
CEASED = ("max_age|needs_met|he|employ|transfer|no_engage|moved_outside_eng|deceased|not_rec|other|total_ceased").split("|")
REQUESTS = (
    "requests_received_in_year|requests_rya|requests_decided_to_assess|requests_decided_not_to_assess|"
    "requests_decision_not_made|requests_withdrawn|request_assess_pc|request_not_assess_pc|request_outstanding_pc|"
    "request_withdrawn_pc|request_outcome_six_weeks|request_outcome_over_6_weeks|request_outcome_six_weeks_pc|"
    "request_outcome_over_6_weeks_pc|mediation_related_request|tribunal_related_request|tribunal_after_mediation_request"
).split("|")
ASSESSMENTS = (
    "assess_in_year|assess_issued|assess_issued_pc|assess_not_issued|assess_not_issued_pc|assess_not_made|"
    "assess_not_made_pc|assess_withdrawn|assess_withdrawn_pc|outcome_decision_within_time|outcome_decision_over_time|"
    "outcome_decision_within_time_pc|outcome_decision_over_time_pc|number_assess_mediation|number_assess_tribunal|"
    "number_asssess_mediation_tribunal|number_other_mediation|number_other_tribunal|number_other_mediation_tribunal"
).split("|")
TIMELINESS = (
    "plans_issued_den|plans_issued_den_ex|plans_issued_within_20_weeks|plans_issued_20_weeks_ex|"
    "pc_plans_issued_within_20_weeks|PC_plans_issued_20_weeks_ex|plans_issued_gt20weeks_ltYear|"
    "plans_issued_gt20weeks_ltYear_ex|pc_plans_issued_gt20weeks_ltYear|PC_plans_issued_gt20weeks_ltYear_ex|"
    "plans_issued_gt_1_year|plans_issued_gt_1_year_ex|pc_plans_issued_gt_1_year|PC_plans_issued_gt_1_year_ex"
).split("|")
GIAS = (
    "URN|LA (code)|LA (name)|EstablishmentNumber|EstablishmentName|TypeOfEstablishment (code)|TypeOfEstablishment (name)|"
    "EstablishmentTypeGroup (code)|EstablishmentTypeGroup (name)|EstablishmentStatus (code)|EstablishmentStatus (name)|"
    "ReasonEstablishmentOpened (code)|ReasonEstablishmentOpened (name)|OpenDate|ReasonEstablishmentClosed (code)|"
    "ReasonEstablishmentClosed (name)|CloseDate|PhaseOfEducation (code)|PhaseOfEducation (name)|StatutoryLowAge|"
    "StatutoryHighAge|Boarders (code)|Boarders (name)|NurseryProvision (name)|OfficialSixthForm (code)|"
    "OfficialSixthForm (name)|Gender (code)|Gender (name)|ReligiousCharacter (code)|ReligiousCharacter (name)|"
    "ReligiousEthos (name)|Diocese (code)|Diocese (name)|AdmissionsPolicy (code)|AdmissionsPolicy (name)|SchoolCapacity|"
    "SpecialClasses (code)|SpecialClasses (name)|CensusDate|NumberOfPupils|NumberOfBoys|NumberOfGirls|PercentageFSM|"
    "TrustSchoolFlag (code)|TrustSchoolFlag (name)|Trusts (code)|Trusts (name)|SchoolSponsorFlag (name)|"
    "SchoolSponsors (name)|FederationFlag (name)|Federations (code)|Federations (name)|UKPRN|FEHEIdentifier|"
    "FurtherEducationType (name)|OfstedLastInsp|OfstedSpecialMeasures (code)|OfstedSpecialMeasures (name)|LastChangedDate|"
    "Street|Locality|Address3|Town|County (name)|Postcode|SchoolWebsite|TelephoneNum|HeadTitle (name)|HeadFirstName|"
    "HeadLastName|HeadPreferredJobTitle|BSOInspectorateName (name)|InspectorateReport|DateOfLastInspectionVisit|"
    "NextInspectionVisit|TeenMoth (name)|TeenMothPlaces|CCF (name)|SENPRU (name)|EBD (name)|PlacesPRU|FTProv (name)|"
    "EdByOther (name)|Section41Approved (name)|SEN1 (name)|SEN2 (name)|SEN3 (name)|SEN4 (name)|SEN5 (name)|SEN6 (name)|"
    "SEN7 (name)|SEN8 (name)|SEN9 (name)|SEN10 (name)|SEN11 (name)|SEN12 (name)|SEN13 (name)|"
    "TypeOfResourcedProvision (name)|ResourcedProvisionOnRoll|ResourcedProvisionCapacity|SenUnitOnRoll|SenUnitCapacity|"
    "GOR (code)|GOR (name)|DistrictAdministrative (code)|DistrictAdministrative (name)|AdministrativeWard (code)|"
    "AdministrativeWard (name)|ParliamentaryConstituency (code)|ParliamentaryConstituency (name)|UrbanRural (code)|"
    "UrbanRural (name)|GSSLACode (name)|Easting|Northing|MSOA (name)|LSOA (name)|InspectorateName (name)|SENStat|SENNoStat|"
    "BoardingEstablishment (name)|PropsName|PreviousLA (code)|PreviousLA (name)|PreviousEstablishmentNumber|"
    "OfstedRating (name)|RSCRegion (name)|Country (name)|UPRN|SiteName|QABName (code)|QABName (name)|"
    "EstablishmentAccredited (code)|EstablishmentAccredited (name)|QABReport|CHNumber|MSOA (code)|LSOA (code)|FSM|"
    "AccreditationExpiryDate"
).split("|")
SECTION_251 = (
    "time_period|time_identifier|geographic_level|country|country_code|region_name|region_code|la_name|old_la_code|"
    "new_la_code|main_category|category_of_expenditure|early_years_establishments|primary_schools|secondary_schools|"
    "sen_and_special_schools|pupil_referral_units_and_alt_provision|post_16|gross_expenditure|income|net_expenditure"
).split("|")
SEN2 = {
    "sen2": (
        "sen2tableid NativeId sen2orderseqcolumn sourceid collection year referencedate sourcelevel lea softwarecode "
        "release serialno datetime dmo dco dsco"
    ).split(),
    "person": (
        "persontableid NativeId personorderseqcolumn sourceid sen2tableid surname forename personbirthdate sex "
        "ethnicity postcode upn uniquelearnernumber upnunknown"
    ).split(),
    "requests": (
        "requeststableid NativeId requestsorderseqcolumn sourceid persontableid receiveddate requestsource rya "
        "requestoutcomedate requestoutcome requestmediation requesttribunal exported"
    ).split(),
    "assessment": (
        "assessmenttableid NativeId assessmentorderseqcolumn sourceid requeststableid assessmentoutcome "
        "assessmentoutcomedate assessmentmediation assessmenttribunal othermediation othertribunal week20"
    ).split(),
    "named-plan": (
        "namedplantableid NativeId namedplanorderseqcolumn sourceid assessmenttableid startdate planres planwbp pb oa "
        "dp ceasedate ceasereason"
    ).split(),
    "plan-detail": (
        "plandetailtableid NativeId plandetailorderseqcolumn sourceid namedplantableid urn ukprn sensetting "
        "sensettingother placementrank senunitindicator resourcedprovisionindicator"
    ).split(),
    "active-plans": (
        "activeplanstableid NativeId activeplansorderseqcolumn sourceid requeststableid transferla reviewmeeting "
        "reviewoutcome reviewdraft phasetransferduedate phasetransferfinaldate lastreview"
    ).split(),
    "placement-detail": (
        "placementdetailtableid NativeId placementdetailorderseqcolumn sourceid activeplanstableid urn ukprn "
        "sensetting sensettingother placementrank entrydate leavingdate senunitindicator resourcedprovisionindicator "
        "res wbp"
    ).split(),
    "sen-need": ("senneedtableid NativeId senneedorderseqcolumn sourceid activeplanstableid sentype sentyperank").split(),
}
NEED_CODES = "spld mld sld pmld semh slcn hi vi msi pd asd oth nsa".split()
SCHOOL_SEN = [
    *"time_period|time_identifier|geographic_level|country_code|country_name|region_code|region_name|old_la_code|la_name|new_la_code".split(
        "|"
    ),
    *"URN|school_name|phase_type_grouping|type_of_establishment|Total pupils|SEN support|EHC plan".split("|"),
    *(f"EHC_Primary_need_{need}" for need in NEED_CODES),
    *(f"SUP_Primary_need_{need}" for need in NEED_CODES),
    "SEN_Unit",
    "RP_Unit",
]
